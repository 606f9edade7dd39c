using EvidenceIngest.Dock.Journal;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Dock.Offload;

/// <summary>
/// A listed file that is no longer on its recorder. If part of it had been copied, that part may be the only one left in
/// the world: it is kept as a damaged recording. Otherwise the journal says that the file is missing.
/// </summary>
internal sealed class VanishedFile(TimeProvider time)
{
    public async Task SettleAsync(OffloadJournal offload, int number, string reason, CancellationToken ct)
    {
        var (listed, marks) = offload.Read(l => (l.File(number).Listed, l.File(number).Marks.ToArray()));
        var path = offload.StagedPath(number);
        if (!File.Exists(path) || new FileInfo(path).Length == 0)
        {
            await offload.RecordAsync(new Missing(time.GetUtcNow(), number, reason));
            return;
        }

        await using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        // Past the last mark nothing says that the bytes are the recorder's: a power loss can leave zeros there.
        using var pool = new Disk.BufferPool(1);
        file.SetLength(new ResumePoint(pool).LastGoodMark(file.SafeFileHandle, marks, ct));
        file.Flush(flushToDisk: true);
        if (file.Length == 0)
        {
            await offload.RecordAsync(new Missing(time.GetUtcNow(), number, reason));
            return;
        }

        file.Position = 0;
        var (digest, bytes) = await ContentHasher.HashAsync(file, withSm3: true, ct);
        await offload.RecordAsync(new Staged(
            time.GetUtcNow(), number, bytes, digest, listed.ModifiedAt, RereadKind.Resident,
            [new Finding(FindingCode.Unreadable, $"{listed.Path}: {reason}; only bytes 0-{bytes - 1} of {listed.Bytes} had been copied")]));
    }
}

/// <summary>Settles every file that was listed before and that the fresh listing no longer has.</summary>
internal sealed class VanishedFiles(TimeProvider time)
{
    public async Task SettleAsync(OffloadJournal offload, Recorders.Listing.RecorderListing listing, CancellationToken ct)
    {
        var present = listing.AllFiles.Select(f => (f.Path, f.Bytes, f.ModifiedAt)).ToHashSet();
        var gone = offload.Read(l => l.Files.Where(f => !present.Contains((f.Listed.Path, f.Listed.Bytes, f.Listed.ModifiedAt))).ToList());
        foreach (var file in gone)
        {
            if (!file.IsSettled)
                await new VanishedFile(time).SettleAsync(offload, file.Number, "the file is no longer on the recorder", ct);
            else if (file is { ClearingStarted: true, Cleared: false, Receipt: { } receipt })
                // Power went between the deletion and its journal line.
                await offload.RecordAsync(new Cleared(
                    time.GetUtcNow(), [file.Number], receipt.ReceiptId, "found gone after an interrupted clearing"));
        }
    }
}
