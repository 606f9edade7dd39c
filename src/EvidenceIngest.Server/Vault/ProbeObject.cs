using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace EvidenceIngest.Server.Vault;

/// <summary>
/// The throw-away object that the probe attacks, and the calls to do so. They throw what the SDK throws.
/// </summary>
/// <param name="maker">The server's user, which writes and locks it.</param>
/// <param name="attacker">The user whose key is taken for stolen; may be the same.</param>
/// <param name="bucket">The masters'.</param>
internal sealed class ProbeObject(IAmazonS3 maker, IAmazonS3 attacker, string bucket)
{
    public const string Prefix = "probe/";

    // A probe that runs at this moment on another server is not swept away.
    private static readonly TimeSpan SweepAge = TimeSpan.FromMinutes(10);

    private readonly byte[] _content = Guid.NewGuid().ToByteArray();

    public string Key { get; } = $"{Prefix}{Guid.NewGuid():N}";

    /// <summary>The version under attack: the first that was written.</summary>
    public VaultVersion? Target { get; private set; }

    public async Task<string> WriteAsync(CancellationToken ct)
    {
        var content = Target is null ? _content : Guid.NewGuid().ToByteArray();
        var answer = await PutAsync(maker, content, ct);
        Target ??= new VaultObject(bucket, Key).Version(answer.VersionId);
        return $"version {answer.VersionId}";
    }

    public async Task<string> WriteAsAttackerAsync(CancellationToken ct) =>
        $"version {(await PutAsync(attacker, Guid.NewGuid().ToByteArray(), ct)).VersionId}";

    public Task<string> LockAsync(ObjectLockRetentionMode mode, DateTimeOffset until, CancellationToken ct) =>
        RetainAsync(maker, mode, until, bypass: false, ct);

    public Task<string> RetainAsync(ObjectLockRetentionMode mode, DateTimeOffset until, bool bypass, CancellationToken ct) =>
        RetainAsync(attacker, mode, until, bypass, ct);

    public async Task<string> DeleteVersionAsync(bool bypass, CancellationToken ct)
    {
        await attacker.DeleteObjectAsync(
            new DeleteObjectRequest
            {
                BucketName = bucket, Key = Key, VersionId = Target!.VersionId, BypassGovernanceRetention = bypass,
            },
            ct);
        return "deleted";
    }

    public async Task<string> DeleteInListAsync(CancellationToken ct)
    {
        try
        {
            await attacker.DeleteObjectsAsync(
                new DeleteObjectsRequest
                {
                    BucketName = bucket, Objects = [new KeyVersion { Key = Key, VersionId = Target!.VersionId }],
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

    public async Task<string> DeleteKeyAsync(CancellationToken ct)
    {
        var answer = await attacker.DeleteObjectAsync(bucket, Key, ct);
        return $"delete marker {answer.VersionId}";
    }

    public async Task<string> HoldAsync(ObjectLockLegalHoldStatus status, CancellationToken ct)
    {
        await attacker.PutObjectLegalHoldAsync(
            new PutObjectLegalHoldRequest
            {
                BucketName = bucket, Key = Key, VersionId = Target!.VersionId, LegalHold = new ObjectLockLegalHold { Status = status },
            },
            ct);
        return "done";
    }

    public async Task<string> TagAsync(CancellationToken ct)
    {
        await attacker.PutObjectTaggingAsync(
            new PutObjectTaggingRequest
            {
                BucketName = bucket, Key = Key, VersionId = Target!.VersionId,
                Tagging = new Tagging { TagSet = [new Tag { Key = "probe", Value = "1" }] },
            },
            ct);
        return "done";
    }

    /// <summary>Sets the access list that it has anyway.</summary>
    public async Task<string> SetAclAsync(CancellationToken ct)
    {
        await attacker.PutObjectAclAsync(
            new PutObjectAclRequest { BucketName = bucket, Key = Key, VersionId = Target!.VersionId, ACL = S3CannedACL.Private }, ct);
        return "done";
    }

    /// <summary>True when the version under attack gives its bytes.</summary>
    public async Task<bool> IsIntactAsync(CancellationToken ct)
    {
        using var response = await maker.GetObjectAsync(bucket, Key, Target!.VersionId, ct);
        using var read = new MemoryStream();
        await response.ResponseStream.CopyToAsync(read, ct);
        return read.ToArray().AsSpan().SequenceEqual(_content);
    }

    /// <summary>Deletes what older probes left, whose locks have run out. Nothing outside the probe's own folder.</summary>
    public static async Task<int> SweepAsync(IAmazonS3 s3, string bucket, DateTimeOffset now, CancellationToken ct)
    {
        var listed = await s3.ListVersionsAsync(new ListVersionsRequest { BucketName = bucket, Prefix = Prefix }, ct);
        var before = (now - SweepAge).UtcDateTime;
        var old = (listed.Versions ?? []).Where(v => v.LastModified?.ToUniversalTime() < before).ToList();
        foreach (var version in old)
            await s3.DeleteObjectAsync(bucket, version.Key, version.VersionId, ct);
        return old.Count;
    }

    private Task<PutObjectResponse> PutAsync(IAmazonS3 s3, byte[] content, CancellationToken ct) => s3.PutObjectAsync(
        new PutObjectRequest
        {
            BucketName = bucket, Key = Key, InputStream = new MemoryStream(content), UseChunkEncoding = false,
        },
        ct);

    private async Task<string> RetainAsync(
        IAmazonS3 s3, ObjectLockRetentionMode mode, DateTimeOffset until, bool bypass, CancellationToken ct)
    {
        await s3.PutObjectRetentionAsync(
            new PutObjectRetentionRequest
            {
                BucketName = bucket,
                Key = Key,
                VersionId = Target!.VersionId,
                BypassGovernanceRetention = bypass,
                Retention = new ObjectLockRetention { Mode = mode, RetainUntilDate = until.UtcDateTime },
            },
            ct);
        return "done";
    }
}
