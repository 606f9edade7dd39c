using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace EvidenceIngest.Server.Vault;

/// <summary>The throw-away object that the probe attacks, and the calls to do so. They throw what the SDK throws.</summary>
internal sealed class ProbeObject(IAmazonS3 s3, string bucket)
{
    private const string Prefix = "probe/";

    // A probe that runs at this moment on another server is not swept away.
    private static readonly TimeSpan SweepAge = TimeSpan.FromMinutes(10);

    private readonly byte[] _content = Guid.NewGuid().ToByteArray();
    private readonly string _key = $"{Prefix}{Guid.NewGuid():N}";

    /// <summary>The version under attack: the first that was written.</summary>
    public VaultVersion? Target { get; private set; }

    public async Task<string> WriteAsync(CancellationToken ct)
    {
        var content = Target is null ? _content : Guid.NewGuid().ToByteArray();
        var answer = await s3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = bucket, Key = _key, InputStream = new MemoryStream(content), UseChunkEncoding = false,
            },
            ct);
        Target ??= new VaultObject(bucket, _key).Version(answer.VersionId);
        return $"version {answer.VersionId}";
    }

    public async Task<string> RetainAsync(
        ObjectLockRetentionMode mode, DateTimeOffset until, bool bypass, CancellationToken ct)
    {
        await s3.PutObjectRetentionAsync(
            new PutObjectRetentionRequest
            {
                BucketName = bucket,
                Key = _key,
                VersionId = Target!.VersionId,
                BypassGovernanceRetention = bypass,
                Retention = new ObjectLockRetention { Mode = mode, RetainUntilDate = until.UtcDateTime },
            },
            ct);
        return "done";
    }

    public async Task<string> DeleteVersionAsync(bool bypass, CancellationToken ct)
    {
        await s3.DeleteObjectAsync(
            new DeleteObjectRequest
            {
                BucketName = bucket, Key = _key, VersionId = Target!.VersionId, BypassGovernanceRetention = bypass,
            },
            ct);
        return "deleted";
    }

    public async Task<string> DeleteInListAsync(CancellationToken ct)
    {
        try
        {
            await s3.DeleteObjectsAsync(
                new DeleteObjectsRequest
                {
                    BucketName = bucket, Objects = [new KeyVersion { Key = _key, VersionId = Target!.VersionId }],
                },
                ct);
            return "deleted";
        }
        catch (DeleteObjectsException e) when (e.Response.DeleteErrors is [{ } refusal, ..])
        {
            // The list as a whole succeeds with 200; the refusal stands beside the key.
            throw new AmazonS3Exception(refusal.Message, ErrorType.Sender, refusal.Code, e.RequestId, HttpStatusCode.Forbidden);
        }
    }

    public async Task<string> SuspendVersioningAsync(CancellationToken ct)
    {
        await SetVersioningAsync(VersionStatus.Suspended, ct);
        // It should have refused; the bucket must not stay like that.
        await SetVersioningAsync(VersionStatus.Enabled, ct);
        return "suspended, and enabled again by the probe";
    }

    public async Task<string> DeleteKeyAsync(CancellationToken ct)
    {
        var answer = await s3.DeleteObjectAsync(bucket, _key, ct);
        return $"delete marker {answer.VersionId}";
    }

    /// <summary>True when the version under attack gives its bytes.</summary>
    public async Task<bool> IsIntactAsync(CancellationToken ct)
    {
        using var response = await s3.GetObjectAsync(bucket, _key, Target!.VersionId, ct);
        using var read = new MemoryStream();
        await response.ResponseStream.CopyToAsync(read, ct);
        return read.ToArray().AsSpan().SequenceEqual(_content);
    }

    /// <summary>Deletes what older probes left, whose locks have run out. Nothing outside the probe's own folder.</summary>
    public async Task<int> SweepAsync(DateTimeOffset now, CancellationToken ct)
    {
        var listed = await s3.ListVersionsAsync(new ListVersionsRequest { BucketName = bucket, Prefix = Prefix }, ct);
        var before = (now - SweepAge).UtcDateTime;
        var old = (listed.Versions ?? []).Where(v => v.LastModified?.ToUniversalTime() < before).ToList();
        foreach (var version in old)
            await s3.DeleteObjectAsync(bucket, version.Key, version.VersionId, ct);
        return old.Count;
    }

    private async Task SetVersioningAsync(VersionStatus status, CancellationToken ct) => await s3.PutBucketVersioningAsync(
        new PutBucketVersioningRequest { BucketName = bucket, VersioningConfig = new S3BucketVersioningConfig { Status = status } }, ct);
}
