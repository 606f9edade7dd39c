using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Tests.Vault;

/// <summary>What <see cref="IVaultDisposal"/> promises.</summary>
public abstract class VaultDisposalContract : IAsyncDisposable
{
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(2));

    protected abstract IVault Vault { get; }

    protected abstract IVaultDisposal Disposal { get; }

    /// <summary>The bucket with Object Lock, prepared.</summary>
    protected abstract string Bucket { get; }

    protected CancellationToken Ct => _limit.Token;

    protected abstract DateTimeOffset Now { get; }

    [Fact]
    public async Task A_version_whose_lock_ran_out_is_deleted_and_no_other()
    {
        var target = NewObject();
        var first = await Vault.PutAsync(target, new MemoryStream([1]), "video/mp4", Ct);
        var second = await Vault.PutAsync(target, new MemoryStream([2]), "video/mp4", Ct);
        await Vault.LockAsync(first, Now.AddSeconds(4), Ct);
        await Vault.LockAsync(second, Now.AddHours(1), Ct);
        await WaitAsync(TimeSpan.FromSeconds(6));

        Assert.True(await Disposal.DeleteAsync(first, Ct));

        await Assert.ThrowsAsync<VaultObjectMissingException>(() => Vault.OpenAsync(first, 0, null, Ct));
        Assert.Equal([2], await Vault.ReadAsync(second, Ct));
        Assert.Equal([second], await Vault.ListAsync(Bucket, target.Key, Ct).Select(v => v.Version).ToListAsync(Ct));
    }

    [Fact]
    public async Task A_locked_version_stays_and_the_refusal_tells_until_when()
    {
        var version = await Vault.PutAsync(NewObject(), new MemoryStream([1, 2, 3]), "video/mp4", Ct);
        await Vault.LockAsync(version, Now.AddHours(1), Ct);
        var held = await Vault.ReadLockAsync(version, Ct);

        var refusal = await Assert.ThrowsAsync<VaultLockedException>(() => Disposal.DeleteAsync(version, Ct));

        Assert.Equal(held!.Until, refusal.Until);
        Assert.Contains(version.Key, refusal.Message, StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], await Vault.ReadAsync(version, Ct));
    }

    [Fact]
    public async Task Deleting_again_and_deleting_what_never_was_counts_as_deleted()
    {
        var version = await Vault.PutAsync(NewObject(), new MemoryStream([1]), "video/mp4", Ct);
        Assert.True(await Disposal.DeleteAsync(version, Ct));
        Assert.True(await Disposal.DeleteAsync(version, Ct));
        Assert.True(await Disposal.DeleteAsync(version with { Key = version.Key + "x" }, Ct));
    }

    [Fact]
    public async Task A_lock_that_is_extended_holds_after_its_first_end()
    {
        var version = await Vault.PutAsync(NewObject(), new MemoryStream([1]), "video/mp4", Ct);
        await Vault.LockAsync(version, Now.AddSeconds(3), Ct);
        await Vault.LockAsync(version, Now.AddHours(1), Ct);
        await WaitAsync(TimeSpan.FromSeconds(5));
        await Assert.ThrowsAsync<VaultLockedException>(() => Disposal.DeleteAsync(version, Ct));
        Assert.Equal([1], await Vault.ReadAsync(version, Ct));
    }

    public virtual ValueTask DisposeAsync()
    {
        _limit.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected VaultObject NewObject() => new(Bucket, $"disposal/{Guid.NewGuid():N}/a.mp4");

    protected abstract Task WaitAsync(TimeSpan time);
}
