using Amazon.S3;
using Amazon.S3.Model;
using EvidenceIngest.Server.Vault;
using Microsoft.Extensions.Logging.Abstractions;

namespace EvidenceIngest.Server.Tests.Vault;

/// <summary>Stores that don't do what evidence needs are found out.</summary>
[Collection(VaultCollection.Name)]
public sealed class BrokenPromiseTests(PrivateStore store) : IDisposable
{
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(2));

    private static string NewBucket => $"b{Guid.NewGuid():N}";

    [Fact]
    public async Task A_bucket_that_exists_without_versioning_is_refused()
    {
        var options = store.OwnerOptions(NewBucket);
        using var s3 = S3Client.Create(options);
        await s3.PutBucketAsync(options.Bucket, _limit.Token);
        using var vault = PrivateStore.Open(options);
        var refusal = await Assert.ThrowsAsync<VaultBrokenPromiseException>(() => vault.PrepareAsync(_limit.Token));
        Assert.Contains("versioning", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bucket_that_exists_with_versioning_but_without_object_lock_is_refused()
    {
        var options = store.OwnerOptions(NewBucket);
        using var s3 = S3Client.Create(options);
        await s3.PutBucketAsync(options.Bucket, _limit.Token);
        await s3.PutBucketVersioningAsync(
            new PutBucketVersioningRequest
            {
                BucketName = options.Bucket, VersioningConfig = new S3BucketVersioningConfig { Status = VersionStatus.Enabled },
            },
            _limit.Token);
        using var vault = PrivateStore.Open(options);
        var refusal = await Assert.ThrowsAsync<VaultBrokenPromiseException>(() => vault.PrepareAsync(_limit.Token));
        Assert.Contains("Object Lock", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_probe_says_that_a_bucket_without_object_lock_does_not_hold()
    {
        var options = store.OwnerOptions(NewBucket);
        using var s3 = S3Client.Create(options);
        await s3.PutBucketAsync(options.Bucket, _limit.Token);
        using var vault = PrivateStore.Open(options);
        var report = await vault.ProbeAsync(_limit.Token);
        Assert.False(report.Holds);
        Assert.Equal("lock it", report.Attempts[^1].Tried);
        Assert.StartsWith("400", report.Attempts[^1].Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Locking_in_a_bucket_without_object_lock_is_a_broken_promise_and_never_silently_nothing()
    {
        var options = store.OwnerOptions(NewBucket);
        using var vault = PrivateStore.Open(options);
        await vault.PrepareAsync(_limit.Token);
        var version = await vault.PutAsync(
            new VaultObject(options.RenditionBucket, NewBucket), new MemoryStream([1]), "video/mp4", _limit.Token);
        Assert.Null(await vault.ReadLockAsync(version, _limit.Token));
        await Assert.ThrowsAsync<VaultBrokenPromiseException>(
            () => vault.LockAsync(version, DateTimeOffset.UtcNow.AddMinutes(1), _limit.Token));
    }

    [Fact]
    public async Task The_probe_notices_locks_that_governance_bypass_can_lift()
    {
        var options = store.OwnerOptions(NewBucket);
        using var vault = PrivateStore.Open(options);
        await vault.PrepareAsync(_limit.Token);
        using var s3 = S3Client.Create(options);
        var call = new StoreCall(options, TimeProvider.System, NullLogger.Instance);
        var probe = new VaultProbe(
            s3, s3, call, options.Bucket, TimeProvider.System, VaultUser.Server, ObjectLockRetentionMode.Governance);

        var report = await probe.RunAsync(_limit.Token);

        Assert.False(report.Holds);
        var broken = report.Attempts.Where(a => !a.AsRequired).Select(a => a.Tried).ToList();
        Assert.Contains("delete it with governance bypass", broken);
        Assert.Contains("read the lock back", broken);
        // What is gone can be neither shortened nor read: nothing after it may count as held.
        Assert.Contains("read the locked version below the newer one", broken);
        Assert.DoesNotContain("delete the locked version", broken);
        Assert.DoesNotContain("suspend the bucket's versioning", broken);
    }

    public void Dispose() => _limit.Dispose();
}
