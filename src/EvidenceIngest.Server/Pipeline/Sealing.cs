using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Deliveries;
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
        var versions = new List<VaultVersion>();
        foreach (var file in files)
            versions.Add(await CompleteAsync(file.Upload, ct));

        var digests = new List<ContentDigest>();
        var mismatches = new List<FixityMismatch>();
        for (var i = 0; i < files.Count; i++)
        {
            var (digest, bytes) = await ReadBackAsync(versions[i], files[i].File.Sm3 is not null, ct);
            digests.Add(digest);
            if (bytes != files[i].File.Bytes || !digest.Matches(files[i].File.Digest))
                mismatches.Add(new FixityMismatch(files[i], versions[i], digest, bytes));
        }

        if (mismatches.Count > 0)
        {
            await record.MismatchAsync(delivery, mismatches, ct);
            return;
        }

        var sealedFiles = new List<SealedFile>();
        for (var i = 0; i < files.Count; i++)
        {
            var until = await LockAsync(versions[i], ct);
            sealedFiles.Add(new SealedFile(
                files[i].File.RecorderPath, files[i].File.Bytes, digests[i], versions[i].Bucket, versions[i].Key, versions[i].VersionId, until));
        }

        await record.SealedAsync(delivery, sealedFiles, ct);
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

    private async Task<(ContentDigest Digest, long Bytes)> ReadBackAsync(VaultVersion version, bool withSm3, CancellationToken ct)
    {
        await using var content = await vault.OpenAsync(version, 0, null, ct);
        return await ContentHasher.HashAsync(content, withSm3, ct);
    }

    /// <returns>Until when the vault says that the version is locked.</returns>
    private async Task<DateTimeOffset> LockAsync(VaultVersion version, CancellationToken ct)
    {
        // S3 keeps whole seconds; rounding up never asks for less than the retention.
        var until = time.GetUtcNow().AddDays(vaultOptions.RetentionDays);
        until = new DateTimeOffset(until.Ticks - (until.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero).AddSeconds(1);
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
/// <param name="Version">What was read back.</param>
/// <param name="Digest">What it hashed to.</param>
/// <param name="Bytes">How long it was.</param>
internal sealed record FixityMismatch(FileUpload File, VaultVersion Version, ContentDigest Digest, long Bytes);
