using System.Net;
using EvidenceIngest.Dock.Disk;

namespace EvidenceIngest.Dock.Delivery;

/// <summary>A part's bytes as an HTTP body, read from staging while they are sent.</summary>
internal sealed class StagedPartContent(StagedPart part, BufferPool buffers, IoPace pace) : HttpContent
{
    public static async Task ReadAsync(
        StagedPart part, BufferPool buffers, Func<ReadOnlyMemory<byte>, ValueTask> take, CancellationToken ct)
    {
        using var file = Open(part);
        using var buffer = await buffers.RentAsync(ct);
        for (var done = 0; done < part.Bytes;)
        {
            var memory = buffer.Memory[..Math.Min(BufferPool.BufferBytes, part.Bytes - done)];
            var read = await RandomAccess.ReadAsync(file, memory, part.Offset + done, ct);
            if (read == 0)
                throw new StagedCopySpoiledException($"{Path.GetFileName(part.Path)} is shorter than it was");
            await take(memory[..read]);
            done += read;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = part.Bytes;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        ReadAsync(part, buffers, async bytes =>
        {
            await pace.SpendAsync(bytes.Length, cancellationToken);
            await stream.WriteAsync(bytes, cancellationToken);
        }, cancellationToken);

    private static Microsoft.Win32.SafeHandles.SafeFileHandle Open(StagedPart part)
    {
        try
        {
            return File.OpenHandle(part.Path, options: FileOptions.Asynchronous);
        }
        catch (IOException e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new StagedCopySpoiledException($"{Path.GetFileName(part.Path)} is gone");
        }
    }
}
