using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Packages;

/// <summary>A part of an encrypted file as it was; any number may read the same file at once.</summary>
/// <param name="file">Stays open.</param>
/// <param name="cipher">What it was encrypted with.</param>
/// <param name="start">In the encrypted stream, which begins after the file's header.</param>
/// <param name="length">In bytes.</param>
internal sealed class DecryptedStream(SafeFileHandle file, PackageCipher cipher, long start, long length) : Stream
{
    private readonly AesCtr _stream = cipher.Stream();
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, Math.Max(0, length - _position));
        if (count == 0)
            return 0;
        var read = RandomAccess.Read(file, buffer[..count], PackageCipher.HeaderBytes + start + _position);
        _stream.Apply(start + _position, buffer[..read]);
        _position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // Decrypting is work; whoever reads several at once wants them side by side.
        return await Task.Run(() => Read(buffer.Span), cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => length + offset,
    };

    public override void Flush()
    {
        // Nothing is written.
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _stream.Dispose();
        base.Dispose(disposing);
    }
}
