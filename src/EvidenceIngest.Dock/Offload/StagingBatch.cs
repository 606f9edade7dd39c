using EvidenceIngest.Dock.Disk;
using EvidenceIngest.Dock.Journal;
using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Dock.Offload;

/// <summary>
/// Stages one large or many small files: copy each, fsync each and the folder, read each back and compare, and only then
/// journal them as staged with one more fsync. A batch shares the waiting, never the proof.
/// </summary>
internal sealed class StagingBatch(VerifiedCopy copy, StagedReread reread, TimeProvider time)
{
    /// <exception cref="FixityMismatchException">A file did not read back right twice in a row.</exception>
    /// <exception cref="FileVanishedException">One of several files vanished; the others are to be tried without it.</exception>
    public async Task StageAsync(IReadOnlyList<CopyOrder> orders, CancellationToken ct)
    {
        var copied = new List<CopiedFile>(orders.Count);
        try
        {
            foreach (var order in orders)
                copied.Add(await copy.CopyAsync(order, ct));
            await CopyOrder.OnOwnThreadAsync(() => Sync(copied));
            var staged = new List<JournalFact>(orders.Count);
            foreach (var file in copied)
                staged.Add(await ConfirmAsync(file, ct));
            await orders[0].Offload.RecordAsync(staged);
        }
        finally
        {
            foreach (var file in copied)
                file.Dispose();
        }
    }

    private static int Sync(List<CopiedFile> files)
    {
        // With all writing begun, the first fsync's journal commit covers the rest of the batch.
        foreach (var file in files)
            UncachedFile.StartWriting(file.Handle);
        try
        {
            foreach (var file in files)
                RandomAccess.FlushToDisk(file.Handle);
            DurableFolder.Sync(files[0].Order.Offload.Folder);
        }
        catch (IOException e)
        {
            throw new StagingDiskException("fsync of staged files", e);
        }

        return files.Count;
    }

    private async Task<Staged> ConfirmAsync(CopiedFile file, CancellationToken ct)
    {
        try
        {
            return await RereadAsync(file, ct);
        }
        catch (FixityMismatchException e)
        {
            await file.Order.Offload.RecordAsync(new Repeated(time.GetUtcNow(), file.Order.Number, e.Message));
        }

        // Once more from the source, whole. A second mismatch means that the disk can't be trusted, and fails.
        using var again = await copy.CopyAsync(file.Order with { Marks = [] }, ct);
        await CopyOrder.OnOwnThreadAsync(() => Sync([again]));
        return await RereadAsync(again, ct);
    }

    private Task<Staged> RereadAsync(CopiedFile file, CancellationToken ct) => file.Order.BlockingAsync(() =>
    {
        var kind = reread.Confirm(file.Order.StagedPath, file.Order.Number, file.Bytes, file.Digest, ct);
        var findings = file.Findings.Concat(MediaStructure.Check(file.Order.StagedPath, file.Order.File.Path));
        return new Staged(
            time.GetUtcNow(), file.Order.Number, file.Bytes, file.Digest, file.ModifiedAt, kind, [.. findings.Distinct<Finding>()]);
    });
}
