using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Recorders.Drivers;

/// <summary>Reads one file of a card; every read says plainly whether the recorder is gone or a block is bad.</summary>
internal sealed class CardStream(CardRecorder recorder, SafeFileHandle file) : RecorderStream
{
    public override long Length => recorder.Run(() => RandomAccess.GetLength(file));

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        recorder.ThrowIfGone();
        try
        {
            var read = RandomAccess.Read(file, buffer, Position);
            Position += read;
            return read;
        }
        catch (IOException e)
        {
            throw Explained(e);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        recorder.ThrowIfGone();
        try
        {
            var read = await RandomAccess.ReadAsync(file, buffer, Position, cancellationToken);
            Position += read;
            return read;
        }
        catch (IOException e)
        {
            throw Explained(e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            file.Dispose();
        base.Dispose(disposing);
    }

    private IOException Explained(IOException error) => recorder.IsGoneAfter(error)
        ? new RecorderGoneException($"{recorder.Attachment.Bay}: the recorder left its bay: {error.Message}", error)
        : new IOException($"{recorder.Attachment.Bay}: read at byte {Position}: {error.Message}", error);
}
