using Amazon.S3;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Vault;

/// <summary>
/// Attacks a throw-away object with this server's own key. A refusal counts only when the store answered it; a store that
/// can't be reached proves nothing and throws <see cref="VaultUnavailableException"/>.
/// </summary>
internal sealed class VaultProbe(
    IAmazonS3 s3, StoreCall store, string bucket, TimeProvider time, ILogger logger, ObjectLockRetentionMode? mode = null)
{
    // Long enough for all attempts on a slow store, short enough that a later probe can sweep the remains.
    private static readonly TimeSpan Lock = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Change = TimeSpan.FromSeconds(15);

    // COMPLIANCE; a test passes GOVERNANCE to see on a real store that the probe notices.
    private readonly ObjectLockRetentionMode _mode = mode ?? ObjectLockRetentionMode.Compliance;
    private readonly ProbeObject _object = new(s3, bucket);
    private readonly List<VaultProbeAttempt> _attempts = [];

    public async Task<VaultProbeReport> RunAsync(CancellationToken ct)
    {
        await SweepAsync(ct);
        var until = ObjectLocks.WholeSecondsUp(time.GetUtcNow() + Lock);
        if (await AllowsAsync("write a throw-away object", _object.WriteAsync, ct)
            && await AllowsAsync("lock it", t => _object.RetainAsync(_mode, until, bypass: false, t), ct))
        {
            await AttackAsync(until, ct);
            await CoverAsync(ct);
            await ExtendAsync(until + Change, ct);
        }

        return new VaultProbeReport(_attempts);
    }

    private async Task AttackAsync(DateTimeOffset until, CancellationToken ct)
    {
        var sooner = until - Change;
        var later = until + Change;
        var governance = ObjectLockRetentionMode.Governance;
        await ReadsBackAsync("read the lock back", until, ct);
        await RefusesAsync("delete the locked version", t => _object.DeleteVersionAsync(bypass: false, t), ct);
        await RefusesAsync("delete it with governance bypass", t => _object.DeleteVersionAsync(bypass: true, t), ct);
        await RefusesAsync("delete it in a list of versions", _object.DeleteInListAsync, ct);
        await RefusesAsync("shorten the lock", t => _object.RetainAsync(_mode, sooner, bypass: false, t), ct);
        await RefusesAsync("shorten the lock with governance bypass", t => _object.RetainAsync(_mode, sooner, bypass: true, t), ct);
        await RefusesAsync("turn the lock into GOVERNANCE", t => _object.RetainAsync(governance, later, bypass: false, t), ct);
        await RefusesAsync("turn it into GOVERNANCE with bypass", t => _object.RetainAsync(governance, later, bypass: true, t), ct);
        await RefusesAsync("suspend the bucket's versioning", _object.SuspendVersioningAsync, ct);
        await ReadsBackAsync("read the lock back after these attempts", until, ct);
    }

    private async Task CoverAsync(CancellationToken ct)
    {
        await AllowsAsync("write a newer version on top", _object.WriteAsync, ct);
        await IsIntactAsync("read the locked version below the newer one", ct);
        await AllowsAsync("delete the key without naming a version", _object.DeleteKeyAsync, ct);
        await IsIntactAsync("read the locked version below the delete marker", ct);
    }

    private async Task ExtendAsync(DateTimeOffset later, CancellationToken ct)
    {
        await AllowsAsync("extend the lock", t => _object.RetainAsync(_mode, later, bypass: false, t), ct);
        await ReadsBackAsync("read the extended lock back", later, ct);
    }

    private async Task RefusesAsync(string tried, Func<CancellationToken, Task<string>> attack, CancellationToken ct)
    {
        var (answer, refusal) = await AskAsync(tried, attack, ct);
        // 404 is no refusal: the version would be gone.
        Note(tried, answer, refusal is not null and not 404);
    }

    private async Task<bool> AllowsAsync(string tried, Func<CancellationToken, Task<string>> call, CancellationToken ct)
    {
        var (answer, refusal) = await AskAsync(tried, call, ct);
        return Note(tried, answer, refusal is null);
    }

    private async Task IsIntactAsync(string tried, CancellationToken ct)
    {
        const string Same = "the same bytes";
        var (answer, _) = await AskAsync(tried, async t => await _object.IsIntactAsync(t) ? Same : "other bytes", ct);
        Note(tried, answer, answer == Same);
    }

    private async Task ReadsBackAsync(string tried, DateTimeOffset until, CancellationToken ct)
    {
        var required = new VaultLock(Compliance: true, until);
        try
        {
            var held = await new ObjectLocks(s3, store).ReadAsync(_object.Target!, ct);
            Note(tried, ObjectLocks.Words(held), held == required);
        }
        catch (VaultObjectMissingException e)
        {
            Note(tried, e.Message, asRequired: false);
        }
    }

    private async Task SweepAsync(CancellationToken ct)
    {
        try
        {
            await store.RunAsync("sweep older probes", t => _object.SweepAsync(time.GetUtcNow(), t), _ => true, ct);
        }
        catch (AmazonS3Exception e)
        {
            Log.SweepFailed(logger, StoreAnswer.Words(e));
        }
    }

    private async Task<(string Answer, int? Refusal)> AskAsync(
        string tried, Func<CancellationToken, Task<string>> call, CancellationToken ct)
    {
        try
        {
            return (await store.RunAsync($"answer the probe's attempt to {tried}", call, e => !StoreAnswer.IsPassing(e), ct), null);
        }
        catch (AmazonS3Exception e)
        {
            return (StoreAnswer.Words(e), (int)e.StatusCode);
        }
    }

    private bool Note(string tried, string answer, bool asRequired)
    {
        _attempts.Add(new VaultProbeAttempt(tried, answer, asRequired));
        return asRequired;
    }
}
