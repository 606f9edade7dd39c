using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Vault;

/// <summary>Deletes with the disposal user's keys.</summary>
internal sealed class S3VaultDisposal : IVaultDisposal, IDisposable
{
    private readonly AmazonS3Client _s3;
    private readonly TimeProvider _time;
    private readonly StoreCall _store;
    private readonly ObjectLocks _locks;

    /// <exception cref="ArgumentException">The options name no disposal user.</exception>
    public S3VaultDisposal(VaultOptions options, TimeProvider time, ILogger<S3VaultDisposal> logger)
    {
        _s3 = S3Client.Create(options, options.Disposal ?? throw new ArgumentException("no disposal user", nameof(options)));
        _time = time;
        _store = new StoreCall(options, time, logger);
        _locks = new ObjectLocks(_s3, _store);
    }

    public async Task<bool> DeleteAsync(VaultVersion version, CancellationToken ct)
    {
        // Without a version S3 hides the key behind a delete marker and deletes nothing.
        ArgumentException.ThrowIfNullOrWhiteSpace(version.VersionId);
        try
        {
            // Asked before the order: this key may be one that could lift a GOVERNANCE lock.
            await DemandUnlockedAsync(version, ct);
            await _store.RunAsync(
                $"delete {version.Key}",
                token => _s3.DeleteObjectAsync(
                    new DeleteObjectRequest { BucketName = version.Bucket, Key = version.Key, VersionId = version.VersionId }, token),
                ct,
                "AccessDenied",
                "ObjectLocked");
            return !await ExistsAsync(version, ct);
        }
        catch (VaultObjectMissingException)
        {
            return true;
        }
        catch (AmazonS3Exception refusal)
        {
            // The lock may have been extended since we looked.
            await DemandUnlockedAsync(version, ct);
            throw StoreAnswer.Translate($"delete {version.Key}", refusal);
        }
    }

    public void Dispose() => _s3.Dispose();

    private async Task DemandUnlockedAsync(VaultVersion version, CancellationToken ct)
    {
        if (await _locks.ReadAsync(version, ct) is { } held && held.Until > _time.GetUtcNow())
            throw new VaultLockedException($"the vault keeps {version.Key}: {ObjectLocks.Words(held)}", held.Until);
    }

    // Asked by listing: this user may not read content, and buckets without Object Lock don't tell of retention.
    private async Task<bool> ExistsAsync(VaultVersion version, CancellationToken ct)
    {
        var request = new ListVersionsRequest { BucketName = version.Bucket, Prefix = version.Key };
        ListVersionsResponse page;
        do
        {
            page = await _store.RunAsync($"look for {version.Key}", token => _s3.ListVersionsAsync(request, token), ct);
            if ((page.Versions ?? []).Any(v => new VaultObject(version.Bucket, v.Key).Version(v.VersionId) == version))
                return true;
            (request.KeyMarker, request.VersionIdMarker) = (page.NextKeyMarker, page.NextVersionIdMarker);
        }
        while (page.IsTruncated == true && page.NextKeyMarker == version.Key);
        return false;
    }
}
