using EvidenceIngest.Dock.Journal;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Receipts;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Dock.Delivery;

/// <summary>
/// Takes receipts in: verified with the pinned key, compared with what was announced, journalled, and only then are the
/// staged bytes deleted. Idempotent.
/// </summary>
internal sealed class ReceiptIntake(CredentialStore credentials, TimeProvider time, ILogger<ReceiptIntake> log)
{
    /// <exception cref="ReceiptRefusedException">It proves nothing, or something else; everything stays as it is.</exception>
    public async Task TakeAsync(
        OffloadJournal offload, string deliveryId, DeliveryManifest manifest, IReadOnlyList<FileEntry> files, SignedEnvelope envelope)
    {
        var statement = Verified(envelope, manifest).Statement;
        if (statement.DeliveryId != deliveryId)
            throw new ReceiptRefusedException($"it is for delivery {statement.DeliveryId}, not {deliveryId}");
        if (statement.Files.Count != manifest.Files.Count)
            throw new ReceiptRefusedException($"it covers {statement.Files.Count} files, {manifest.Files.Count} were announced");
        foreach (var file in manifest.Files)
            Demand(statement, file);
        await offload.RecordAsync(new Receipted(
            time.GetUtcNow(), deliveryId, statement.ItemId, statement.ReceiptId, [.. files.Select(f => f.Number)], envelope));
        log.Receipted(deliveryId, offload.Id, statement.ReceiptId, files.Count);
        DeleteStaged(offload, files);
    }

    /// <summary>Receipts of other deliveries for files that this one announced; the rest goes out in another delivery.</summary>
    /// <exception cref="ReceiptRefusedException">One of them proves nothing.</exception>
    public async Task TakeAlreadySealedAsync(
        OffloadJournal offload, string deliveryId, DeliveryManifest manifest, IReadOnlyList<FileEntry> files, IReadOnlyList<AlreadySealedFile> already)
    {
        var facts = new List<JournalFact>();
        foreach (var known in already)
        {
            if (known.File < 0 || known.File >= files.Count)
                throw new ReceiptRefusedException($"the server speaks of file {known.File} of {files.Count}");
            var statement = Verified(known.Receipt, manifest).Statement;
            Demand(statement, manifest.Files[known.File]);
            facts.Add(new Receipted(
                time.GetUtcNow(), statement.DeliveryId, statement.ItemId, statement.ReceiptId, [files[known.File].Number], known.Receipt));
            log.Receipted(statement.DeliveryId, offload.Id, statement.ReceiptId, 1);
        }

        facts.Add(new Withdrawn(time.GetUtcNow(), deliveryId, "some of its files are sealed already"));
        await offload.RecordAsync(facts);
        DeleteStaged(offload, already.Select(a => files[a.File]));
    }

    /// <summary>Deletes what a power loss left between a receipt's journal line and the deletion.</summary>
    public static void DeleteSealedLeftovers(OffloadJournal offload) =>
        DeleteStaged(offload, offload.Read(l => l.Files.Where(f => f.Receipt is not null).ToList()));

    private static void DeleteStaged(OffloadJournal offload, IEnumerable<FileEntry> files)
    {
        foreach (var file in files)
            File.Delete(offload.StagedPath(file.Number));
    }

    private VaultReceipt Verified(SignedEnvelope envelope, DeliveryManifest manifest)
    {
        var trusted = credentials.Current ?? throw new DockNotTrustedException("the dock is not enrolled");
        var receipt = VaultReceipt.Verify(envelope, trusted.ReceiptKey);
        return receipt.Statement.RecorderId == manifest.Recorder.RecorderId
            ? receipt
            : throw new ReceiptRefusedException($"it is for recorder {receipt.Statement.RecorderId}");
    }

    private static void Demand(ReceiptStatement statement, ManifestFile file)
    {
        // Receipts list each file of a delivery once; the path alone would let another content pass.
        var proof = statement.Files.FirstOrDefault(f => f.RecorderPath == file.RecorderPath && f.Digest.Matches(file.Digest));
        if (proof is null || proof.Bytes != file.Bytes)
            throw new ReceiptRefusedException($"it does not cover {file.RecorderPath} with {file.Bytes} bytes and sha256 {file.Digest.Sha256}");
    }
}
