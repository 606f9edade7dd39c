using Amazon.S3;
using Amazon.S3.Model;

namespace EvidenceIngest.Server.Vault;

/// <summary>Sets and reads retention of versions. Nothing here can shorten or lift a lock.</summary>
internal sealed class ObjectLocks(IAmazonS3 s3, StoreCall store)
{
    public async Task LockAsync(VaultVersion version, DateTimeOffset until, CancellationToken ct)
    {
        // Stores keep whole seconds or milliseconds; rounded up, the lock never ends before what was asked for.
        var wanted = WholeSecondsUp(until);
        if (Covers(await ReadAsync(version, ct), wanted))
            return;
        try
        {
            await store.RunAsync($"lock {version.Key}", token => PutAsync(version, wanted, token), ct, "AccessDenied", "InvalidRequest");
        }
        catch (AmazonS3Exception refusal)
        {
            // Another server may have set a later date between our reading and our writing.
            if (!Covers(await ReadAsync(version, ct), wanted))
                throw StoreAnswer.Translate($"lock {version.Key}", refusal);
            return;
        }

        var held = await ReadAsync(version, ct);
        if (!Covers(held, wanted))
        {
            throw new VaultBrokenPromiseException(
                $"the vault accepted a lock on {version.Key} until {wanted:O}, but reads back {Words(held)}");
        }
    }

    public async Task<VaultLock?> ReadAsync(VaultVersion version, CancellationToken ct)
    {
        try
        {
            var answer = await store.RunAsync(
                $"read the lock of {version.Key}",
                token => s3.GetObjectRetentionAsync(
                    new GetObjectRetentionRequest { BucketName = version.Bucket, Key = version.Key, VersionId = version.VersionId },
                    token),
                ct,
                "NoSuchObjectLockConfiguration",
                "ObjectLockConfigurationNotFoundError",
                "InvalidRequest");
            return answer.Retention is { RetainUntilDate: { } date } retention
                ? new VaultLock(retention.Mode == ObjectLockRetentionMode.Compliance, new DateTimeOffset(date.ToUniversalTime()))
                : null;
        }
        catch (AmazonS3Exception)
        {
            return null;
        }
    }

    internal static DateTimeOffset WholeSecondsUp(DateTimeOffset instant)
    {
        var ticks = instant.UtcTicks + TimeSpan.TicksPerSecond - 1;
        return new DateTimeOffset(ticks - (ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
    }

    internal static string Words(VaultLock? held) =>
        held is null ? "no lock" : $"{(held.Compliance ? "COMPLIANCE" : "GOVERNANCE")} until {held.Until:yyyy-MM-ddTHH:mm:ss.fffZ}";

    private static bool Covers(VaultLock? held, DateTimeOffset until) => held is { Compliance: true } && held.Until >= until;

    private Task<PutObjectRetentionResponse> PutAsync(VaultVersion version, DateTimeOffset until, CancellationToken ct) =>
        s3.PutObjectRetentionAsync(
            new PutObjectRetentionRequest
            {
                BucketName = version.Bucket,
                Key = version.Key,
                VersionId = version.VersionId,
                Retention = new ObjectLockRetention { Mode = ObjectLockRetentionMode.Compliance, RetainUntilDate = until.UtcDateTime },
            },
            ct);
}
