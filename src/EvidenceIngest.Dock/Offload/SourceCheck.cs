using EvidenceIngest.Dock.Disk;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Recorders.Drivers;

namespace EvidenceIngest.Dock.Offload;

/// <summary>Reads a file on the recorder, writes nothing, and says whether its content is the one that is known.</summary>
internal sealed class SourceCheck(BufferPool buffers, IoPace pace)
{
    public async Task<bool> HasAsync(CopyOrder order, ContentDigest expected, CancellationToken ct)
    {
        await using var source = await order.Driver.OpenReadAsync(order.Recorder, order.File, ct);
        return await order.BlockingAsync(() => Hash(source, order.Watch, ct)) is { } actual && actual.Matches(expected);
    }

    private ContentDigest? Hash(Stream source, ICopyWatch watch, CancellationToken ct)
    {
        using var hasher = new ContentHasher(withSm3: false);
        using var buffer = buffers.Rent(ct);
        try
        {
            int read;
            while ((read = source.Read(buffer.GetSpan())) > 0)
            {
                ct.ThrowIfCancellationRequested();
                hasher.Append(buffer.GetSpan()[..read]);
                watch.Copied(hasher.Length);
                pace.Spend(read, ct);
            }
        }
        catch (IOException e) when (e is not RecorderGoneException)
        {
            // Not the same, as far as anyone can tell: it is copied anew, and the copy deals with bad blocks.
            return null;
        }

        return hasher.Finish();
    }
}
