namespace EvidenceIngest.Recorders.Drivers.Mtp;

/// <summary>Reads an object part by part, so that a broken transfer goes on where it was.</summary>
internal sealed class MtpStream(MtpRecorder recorder, MtpObject file) : Stream
{
    /// <summary>Large enough that the round trip doesn't count, small enough for a slow device's time limit.</summary>
    private const int PartBytes = 1 << 20;

    private byte[] _part = [];
    private long _partStart;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => file.Bytes;

    public override long Position
    {
        get => _position;
        set => _position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= file.Bytes || buffer.Length == 0)
            return 0;
        if (_position < _partStart || _position >= _partStart + _part.Length)
        {
            var count = (int)Math.Min(PartBytes, file.Bytes - _position);
            var part = await recorder.ReadAsync(file, _position, count, cancellationToken);
            // An end before the length that the device itself told is a fault, never the end of the recording.
            if (part.Length == 0)
                throw new IOException($"{recorder.Attachment.Bay}: the device gave nothing at byte {_position} of {file.Bytes}");
            (_part, _partStart) = (part, _position);
        }

        var from = (int)(_position - _partStart);
        var read = Math.Min(buffer.Length, _part.Length - from);
        _part.AsMemory(from, read).CopyTo(buffer);
        _position += read;
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("a recorder's file is never changed");

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("a recorder's file is never changed");
}
