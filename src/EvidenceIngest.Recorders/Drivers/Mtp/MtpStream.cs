namespace EvidenceIngest.Recorders.Drivers.Mtp;

/// <summary>Reads an object part by part, so that a broken transfer goes on where it was.</summary>
internal sealed class MtpStream(MtpRecorder recorder, MtpObject file) : RecorderStream
{
    /// <summary>Large enough that the round trip doesn't count, small enough for a slow device's time limit.</summary>
    private const int PartBytes = 1 << 20;

    private byte[] _part = [];
    private long _partStart;

    public override long Length => file.Bytes;

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Position >= file.Bytes || buffer.Length == 0)
            return 0;
        if (Position < _partStart || Position >= _partStart + _part.Length)
        {
            var count = (int)Math.Min(PartBytes, file.Bytes - Position);
            var part = await recorder.ReadAsync(file, Position, count, cancellationToken);
            // An end before the length that the device itself told is a fault, never the end of the recording.
            if (part.Length == 0)
                throw new IOException($"{recorder.Attachment.Bay}: the device gave nothing at byte {Position} of {file.Bytes}");
            (_part, _partStart) = (part, Position);
        }

        var from = (int)(Position - _partStart);
        var read = Math.Min(buffer.Length, _part.Length - from);
        _part.AsMemory(from, read).CopyTo(buffer);
        Position += read;
        return read;
    }
}
