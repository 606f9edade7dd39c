using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Deliveries;

/// <summary>A delivery's file with the object in the vault that counts for it.</summary>
internal sealed record FileUpload(MasterFile File, Upload Upload);

/// <summary>
/// Sees to it that every file has an object under way in the vault. Begun after the delivery is recorded, not with it: a
/// vault that is down then costs a repeated request, not an upload that nobody knows of.
/// </summary>
internal sealed class DeliveryUploads(EvidenceCatalogue catalogue, IVault vault, VaultOptions vaultOptions, ILogger<DeliveryUploads> log)
{
    /// <summary>Vault calls for one delivery at a time; an item may have hundreds of chapters.</summary>
    public const int Concurrency = 8;

    private const string ContentType = "application/octet-stream";

    /// <returns>In the manifest's order.</returns>
    /// <exception cref="VaultUnavailableException">Ask again.</exception>
    public async Task<IReadOnlyList<FileUpload>> EnsureAsync(string itemId, CancellationToken ct)
    {
        var files = await catalogue.ReadAsync(
            db => db.MasterFiles.Where(f => f.ItemId == itemId).OrderBy(f => f.Position).ToListAsync(ct), ct);
        var current = await CurrentAsync(itemId, ct);
        var missing = files.Where(f => !current.TryGetValue(f.Position, out var upload) || upload.SetAside is not null).ToList();
        if (missing.Count > 0)
        {
            var quarantined = await catalogue.ReadAsync(db => db.Items.AnyAsync(i => i.Id == itemId && i.Reason != null, ct), ct);
            await Parallel.ForEachAsync(
                missing,
                new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = ct },
                async (file, token) => await BeginAsync(file, (current.GetValueOrDefault(file.Position)?.Attempt ?? 0) + 1, quarantined, token));
            current = await CurrentAsync(itemId, ct);
        }

        return [.. files.Select(f => new FileUpload(f, current[f.Position]))];
    }

    /// <summary>
    /// The vault lost the upload: the next <see cref="EnsureAsync"/> begins another one under a new key. Does nothing when it
    /// was completed meanwhile, which is why the vault did not know it.
    /// </summary>
    public Task SetAsideLostAsync(Upload upload, CancellationToken ct) =>
        catalogue.WriteAsync(
            db => db.Uploads
                .Where(u => u.ItemId == upload.ItemId && u.Position == upload.Position && u.Attempt == upload.Attempt)
                .Where(u => u.SetAside == null && u.Parts == null && u.VersionId == null)
                .ExecuteUpdateAsync(set => set.SetProperty(u => u.SetAside, "the vault no longer knows the upload"), ct),
            ct);

    private async Task<Dictionary<int, Upload>> CurrentAsync(string itemId, CancellationToken ct) =>
        (await catalogue.ReadAsync(db => db.Uploads.Where(u => u.ItemId == itemId).ToListAsync(ct), ct))
        .GroupBy(u => u.Position)
        .ToDictionary(g => g.Key, g => g.MaxBy(u => u.Attempt)!);

    private async Task BeginAsync(MasterFile file, int attempt, bool quarantined, CancellationToken ct)
    {
        var target = new VaultObject(
            vaultOptions.Bucket, ItemNames.MasterKey(file.ItemId, quarantined, file.Position, attempt, file.RecorderPath));
        var uploadId = file.Bytes == 0 ? null : await vault.BeginUploadAsync(target, ContentType, ct);
        var won = await catalogue.WriteAsync(
            db => db.Database.ExecuteSqlAsync(
                $"""
                 insert into uploads (item_id, position, attempt, bucket, key, upload_id)
                 values ({file.ItemId}, {file.Position}, {attempt}, {target.Bucket}, {target.Key}, {uploadId})
                 on conflict do nothing
                 """,
                ct),
            ct);
        if (won == 0 && uploadId is not null)
        {
            // Another request was faster; unless that was ourselves, before the answer to the commit was lost.
            var kept = await catalogue.ReadAsync(db => db.Uploads.AnyAsync(u => u.ItemId == file.ItemId && u.UploadId == uploadId, ct), ct);
            if (kept)
                return;
            log.UploadBegunTwice(file.ItemId, file.Position);
            await vault.AbortUploadAsync(target, uploadId, ct);
        }
    }
}
