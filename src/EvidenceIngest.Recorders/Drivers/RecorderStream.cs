namespace EvidenceIngest.Recorders.Drivers;

/// <summary>A file on a recorder, for reading from anywhere. Whoever derives from it reads at <see cref="Position"/>.</summary>
internal abstract class RecorderStream : Stream
{
    private const string NeverChanged = "a recorder's file is never changed";

    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Position
    {
        get => _position;
        set => _position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException(NeverChanged);

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException(NeverChanged);
}
