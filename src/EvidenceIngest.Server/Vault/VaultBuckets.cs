using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Vault;

/// <summary>Makes the two buckets, and checks that an existing one can lock.</summary>
internal sealed class VaultBuckets(IAmazonS3 s3, StoreCall store, VaultOptions options, ILogger logger)
{
    /// <returns>Both buckets, and whether this call made them.</returns>
    public async Task<IReadOnlyList<(string Bucket, bool IsNew)>> PrepareAsync(CancellationToken ct)
    {
        var masters = await MakeAsync(options.Bucket, locking: true, ct);
        var renditions = await MakeAsync(options.RenditionBucket, locking: false, ct);

        var versioning = await store.RunAsync(
            $"read the versioning of {options.Bucket}", token => s3.GetBucketVersioningAsync(options.Bucket, token), ct);
        if (versioning.VersioningConfig?.Status != VersionStatus.Enabled)
            throw new VaultBrokenPromiseException($"the bucket {options.Bucket} exists, but without versioning");
        if (!await CanLockAsync(ct))
        {
            throw new VaultBrokenPromiseException(
                $"the bucket {options.Bucket} exists, but without Object Lock, which only a new bucket can get");
        }

        return [(options.Bucket, masters), (options.RenditionBucket, renditions)];
    }

    private async Task<bool> CanLockAsync(CancellationToken ct)
    {
        try
        {
            var answer = await store.RunAsync(
                $"read the lock settings of {options.Bucket}",
                token => s3.GetObjectLockConfigurationAsync(
                    new GetObjectLockConfigurationRequest { BucketName = options.Bucket }, token),
                ct,
                "ObjectLockConfigurationNotFoundError");
            return answer.ObjectLockConfiguration?.ObjectLockEnabled == ObjectLockEnabled.Enabled;
        }
        catch (AmazonS3Exception)
        {
            return false;
        }
    }

    private async Task<bool> MakeAsync(string bucket, bool locking, CancellationToken ct)
    {
        if (await ExistsAsync(bucket, ct))
            return false;
        try
        {
            await store.RunAsync(
                $"make the bucket {bucket}",
                token => s3.PutBucketAsync(
                    new PutBucketRequest { BucketName = bucket, ObjectLockEnabledForBucket = locking }, token),
                ct,
                "BucketAlreadyOwnedByYou",
                "BucketAlreadyExists",
                "AccessDenied");
            Log.BucketMade(logger, bucket);
            return true;
        }
        catch (AmazonS3Exception e) when (e.ErrorCode == "AccessDenied")
        {
            // As it should be: a server that made the bucket would own it, and could then undo every policy.
            throw new VaultUnavailableException(
                $"the bucket {bucket} is not there, and this user may not make it: run `evidence-ingest vault init` with the administrator's keys", e);
        }
        catch (AmazonS3Exception)
        {
            // Another server was faster, or our own first attempt was; somebody else's bucket fails at its first use.
            return false;
        }
    }

    private async Task<bool> ExistsAsync(string bucket, CancellationToken ct)
    {
        try
        {
            await store.RunAsync(
                $"look for the bucket {bucket}", token => s3.GetBucketVersioningAsync(bucket, token), ct, "NoSuchBucket");
            return true;
        }
        catch (AmazonS3Exception)
        {
            return false;
        }
    }
}
