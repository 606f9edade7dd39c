using Amazon.S3;
using Amazon.S3.Model;
using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Tests.Vault;

[Collection(VaultCollection.Name)]
public sealed class S3VaultDisposalTests(PrivateStore store) : VaultDisposalContract, IAsyncLifetime
{
    private readonly S3Vault _vault = PrivateStore.Open(store.Options());
    private readonly S3VaultDisposal _disposal = PrivateStore.OpenDisposal(store.Options());

    protected override IVault Vault => _vault;

    protected override IVaultDisposal Disposal => _disposal;

    protected override string Bucket => store.Options().Bucket;

    protected override DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public async ValueTask InitializeAsync() => await _vault.PrepareAsync(Ct);

    [Fact]
    public async Task A_delete_marker_that_somebody_put_on_top_neither_frees_nor_hides_the_version()
    {
        var version = await _vault.PutAsync(NewObject(), new MemoryStream([1]), "video/mp4", Ct);
        await _vault.LockAsync(version, Now.AddSeconds(5), Ct);
        using var s3 = S3Client.Create(store.Options(), store.Admin);
        var marker = await s3.DeleteObjectAsync(version.Bucket, version.Key, Ct);
        Assert.Equal("true", marker.DeleteMarker);

        await Assert.ThrowsAsync<VaultLockedException>(() => _disposal.DeleteAsync(version, Ct));
        Assert.Equal([1], await _vault.ReadAsync(version, Ct));
        await WaitAsync(TimeSpan.FromSeconds(7));
        Assert.True(await _disposal.DeleteAsync(version, Ct));

        await Assert.ThrowsAsync<VaultObjectMissingException>(() => _vault.OpenAsync(version, 0, null, Ct));
        var left = await s3.ListVersionsAsync(new ListVersionsRequest { BucketName = version.Bucket, Prefix = version.Key }, Ct);
        Assert.Equal(marker.VersionId, Assert.Single(left.Versions).VersionId);
    }

    [Fact]
    public async Task A_legal_hold_of_the_store_is_told_from_a_lock()
    {
        // Written by the administrator: who writes an object owns it, and nobody else may set holds on it.
        using var owner = PrivateStore.Open(store.OwnerOptions(Bucket));
        var version = await owner.PutAsync(NewObject(), new MemoryStream([1]), "video/mp4", Ct);
        using var s3 = S3Client.Create(store.Options(), store.Admin);
        await SetHoldAsync(s3, version, ObjectLockLegalHoldStatus.On);
        await Assert.ThrowsAsync<VaultUnavailableException>(() => _disposal.DeleteAsync(version, Ct));
        Assert.Equal([1], await _vault.ReadAsync(version, Ct));
        await SetHoldAsync(s3, version, ObjectLockLegalHoldStatus.Off);
        Assert.True(await _disposal.DeleteAsync(version, Ct));
    }

    [Fact]
    public async Task A_rendition_in_the_bucket_without_versions_is_deleted()
    {
        var version = await _vault.PutAsync(
            new VaultObject(store.Options().RenditionBucket, $"disposal/{Guid.NewGuid():N}/proxy.mp4"), new MemoryStream([1]), "video/mp4", Ct);
        Assert.True(await _disposal.DeleteAsync(version, Ct));
        await Assert.ThrowsAsync<VaultObjectMissingException>(() => _vault.OpenAsync(version, 0, null, Ct));
        Assert.True(await _disposal.DeleteAsync(version, Ct));
    }

    [Fact]
    public async Task The_servers_key_is_refused_even_when_no_lock_holds()
    {
        var options = store.Options();
        var version = await _vault.PutAsync(NewObject(), new MemoryStream([1]), "video/mp4", Ct);
        using var disposal = PrivateStore.OpenDisposal(new VaultOptions
        {
            Endpoint = options.Endpoint, AccessKey = options.AccessKey, SecretKey = options.SecretKey, Disposal = store.Server,
        });
        await Assert.ThrowsAsync<VaultUnavailableException>(() => disposal.DeleteAsync(version, Ct));
        Assert.Equal([1], await _vault.ReadAsync(version, Ct));
    }

    [Fact]
    public async Task A_version_has_to_be_named()
    {
        var version = await _vault.PutAsync(NewObject(), new MemoryStream([1]), "video/mp4", Ct);
        await Assert.ThrowsAsync<ArgumentException>(() => _disposal.DeleteAsync(version with { VersionId = "" }, Ct));
        Assert.Equal([1], await _vault.ReadAsync(version, Ct));
    }

    protected override Task WaitAsync(TimeSpan time) => Task.Delay(time, Ct);

    public override ValueTask DisposeAsync()
    {
        _vault.Dispose();
        _disposal.Dispose();
        return base.DisposeAsync();
    }

    private async Task SetHoldAsync(AmazonS3Client s3, VaultVersion version, ObjectLockLegalHoldStatus status) =>
        await s3.PutObjectLegalHoldAsync(
            new PutObjectLegalHoldRequest
            {
                BucketName = version.Bucket, Key = version.Key, VersionId = version.VersionId,
                LegalHold = new ObjectLockLegalHold { Status = status },
            },
            Ct);
}
