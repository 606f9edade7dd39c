using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Recorders.Drivers;

/// <summary>Reads one file of a card; every read says plainly whether the recorder is gone or a block is bad.</summary>
internal sealed class CardStream(CardRecorder recorder, SafeFileHandle file) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => recorder.Run(() => RandomAccess.GetLength(file));

    public override long Position
    {
        get => _position;
        set => _position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        recorder.ThrowIfGone();
        try
        {
            var read = RandomAccess.Read(file, buffer, _position);
            _position += read;
            return read;
        }
        catch (IOException e)
        {
            throw Explained(e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        recorder.ThrowIfGone();
        try
        {
            var read = await RandomAccess.ReadAsync(file, buffer, _position, cancellationToken);
            _position += read;
            return read;
        }
        catch (IOException e)
        {
            throw Explained(e);
        }
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

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            file.Dispose();
        base.Dispose(disposing);
    }

    private IOException Explained(IOException error) => recorder.IsGoneAfter(error)
        ? new RecorderGoneException($"{recorder.Attachment.Bay}: the recorder left its bay: {error.Message}", error)
        : new IOException($"{recorder.Attachment.Bay}: read at byte {_position}: {error.Message}", error);
}
