using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Deliveries;
using EvidenceIngest.Server.Retention;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Pipeline;

/// <summary>
/// Makes delivered files evidence: completes the uploads, reads every object back whole, compares it with what the dock
/// announced, locks it, reads the lock back, and only then signs a receipt. Idempotent at every point: what an interrupted
/// run did is found again in the catalogue and the vault. Needs a trusted vault; everything it throws is worth a retry.
/// </summary>
internal sealed class Sealing(
    EvidenceCatalogue catalogue, DeliveryUploads uploads, IVault vault, VaultOptions vaultOptions, VaultTrust trust,
    SealingRecord record, TimeProvider time)
{
    /// <exception cref="VaultNotTrustedException">The probe has not held.</exception>
    /// <exception cref="VaultUnavailableException">Worth a retry.</exception>
    /// <exception cref="VaultBrokenPromiseException">A lock is not what was asked for.</exception>
    public async Task RunAsync(string itemId, CancellationToken ct)
    {
        trust.Demand();
        var delivery = await catalogue.ReadAsync(db => db.Deliveries.SingleAsync(d => d.ItemId == itemId, ct), ct);
        if (delivery.State != DeliveryState.Sealing)
            return;

        var files = await uploads.EnsureAsync(itemId, ct);
        var proven = new List<ProvenFile>();
        var bad = new List<BadFile>();
        foreach (var file in files)
        {
            try
            {
                proven.Add(await ProveAsync(file, ct));
            }
            catch (NotAsAnnouncedException e)
            {
                bad.Add(new BadFile(file, e.Message));
            }
        }

        if (bad.Count > 0)
        {
            await record.MismatchAsync(delivery, bad, ct);
            return;
        }

        // Only a recording that is right as a whole is locked: a locked object can't be got rid of for years.
        var sealedFiles = new List<SealedFile>();
        var least = await LeastLockAsync(itemId, ct);
        foreach (var (file, version, digest) in proven)
        {
            var until = await LockAsync(version, least, ct);
            sealedFiles.Add(new SealedFile(
                file.RecorderPath, file.Bytes, digest, version.Bucket, version.Key, version.VersionId, until));
        }

        await record.SealedAsync(delivery, sealedFiles, ct);
    }

    /// <exception cref="NotAsAnnouncedException">The dock has to send the file again.</exception>
    private async Task<ProvenFile> ProveAsync(FileUpload upload, CancellationToken ct)
    {
        var file = upload.File;
        try
        {
            var version = await CompleteAsync(upload.Upload, ct);
            await using var content = await vault.OpenAsync(version, 0, null, ct);
            var (digest, bytes) = await ContentHasher.HashAsync(content, file.Sm3 is not null, ct);
            if (bytes == file.Bytes && digest.Matches(file.Digest))
                return new ProvenFile(file, version, digest);
            var sm3 = digest.Sm3 is { } value ? $", sm3 {value}" : "";
            throw new NotAsAnnouncedException($"version {version.VersionId} read back as {bytes} bytes, sha256 {digest.Sha256}{sm3}");
        }
        catch (Exception e) when (e is VaultUploadLostException or VaultObjectMissingException)
        {
            throw new NotAsAnnouncedException(e.Message);
        }
    }

    private async Task<VaultVersion> CompleteAsync(Upload upload, CancellationToken ct)
    {
        if (upload.VersionId is { } known)
            return new VaultVersion(upload.Bucket, upload.Key, known);
        VaultVersion made;
        if (upload.UploadId is null)
        {
            made = await vault.PutAsync(upload.Target, Stream.Null, "application/octet-stream", ct);
        }
        else
        {
            // A part may have been sent again after the dock said that it was done; what lies there now is what counts.
            var parts = await vault.ListPartsAsync(upload.Target, upload.UploadId, ct) ?? upload.Parts ?? [];
            made = await vault.CompleteUploadAsync(upload.Target, upload.UploadId, parts, ct);
        }

        // The first version that was recorded counts, whoever completed it.
        await catalogue.WriteAsync(
            db => db.Uploads
                .Where(u => u.ItemId == upload.ItemId && u.Position == upload.Position && u.Attempt == upload.Attempt && u.VersionId == null)
                .ExecuteUpdateAsync(set => set.SetProperty(u => u.VersionId, made.VersionId), ct),
            ct);
        var recorded = await catalogue.ReadAsync(
            db => db.Uploads
                .Where(u => u.ItemId == upload.ItemId && u.Position == upload.Position && u.Attempt == upload.Attempt)
                .Select(u => u.VersionId)
                .SingleAsync(ct),
            ct);
        return made with { VersionId = recorded! };
    }

    /// <summary>As the rules have it that are known now; the retention keeper carries later ones into the lock.</summary>
    private async Task<DateTimeOffset> LeastLockAsync(string itemId, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var term = await catalogue.ReadAsync(async db => await db.TermAsync(await db.Items.SingleAsync(i => i.Id == itemId, ct), now, ct), ct);
        var least = now.AddDays(vaultOptions.RetentionDays);
        // The term counts from when sealing is recorded, a little later than now.
        return ObjectLocks.WholeSecondsUp(term.Until is { } end && end.AddDays(1) > least ? end.AddDays(1) : least);
    }

    /// <returns>Until when the vault says that the version is locked.</returns>
    private async Task<DateTimeOffset> LockAsync(VaultVersion version, DateTimeOffset until, CancellationToken ct)
    {
        await vault.LockAsync(version, until, ct);
        var kept = await vault.ReadLockAsync(version, ct)
            ?? throw new VaultBrokenPromiseException($"{version.Key} has no lock after it was locked");
        if (!kept.Compliance)
            throw new VaultBrokenPromiseException($"{version.Key} is locked, but not in COMPLIANCE mode");
        if (kept.Until < until)
            throw new VaultBrokenPromiseException($"{version.Key} is locked until {kept.Until:O} where {until:O} was asked for");
        return kept.Until;
    }
}

/// <param name="File">What was announced.</param>
/// <param name="Version">What holds it.</param>
/// <param name="Digest">As read back.</param>
internal sealed record ProvenFile(MasterFile File, VaultVersion Version, ContentDigest Digest);

/// <param name="File">What was announced, and the object that isn't that.</param>
/// <param name="What">What the vault has instead.</param>
internal sealed record BadFile(FileUpload File, string What);

/// <summary>What lies in the vault is not what the dock announced.</summary>
internal sealed class NotAsAnnouncedException(string message) : Exception(message);
