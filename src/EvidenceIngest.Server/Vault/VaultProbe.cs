using Amazon.S3;
using static EvidenceIngest.Server.Vault.VaultProbeWords;

namespace EvidenceIngest.Server.Vault;

/// <summary>
/// Attacks a throw-away object, and the bucket, with one user's key: first what the store's locks must withstand, then what
/// the user's rights should not reach (<see cref="RightsProbe"/>).
/// </summary>
/// <param name="maker">The server's user, which writes and locks the object.</param>
/// <param name="attacker">The user whose key is taken for stolen; may be the same.</param>
/// <param name="store">For both.</param>
/// <param name="bucket">The masters'.</param>
/// <param name="time">For the lock's end.</param>
/// <param name="user">What the attacker should be allowed.</param>
/// <param name="mode">COMPLIANCE; a test passes GOVERNANCE to see on a real store that the probe notices.</param>
internal sealed class VaultProbe(
    IAmazonS3 maker, IAmazonS3 attacker, StoreCall store, string bucket, TimeProvider time, VaultUser user = VaultUser.Server,
    ObjectLockRetentionMode? mode = null)
{
    // Long enough for all attempts on a slow store, short enough that a later probe can sweep the remains.
    private static readonly TimeSpan LockTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Change = TimeSpan.FromSeconds(15);

    private readonly ObjectLockRetentionMode _mode = mode ?? ObjectLockRetentionMode.Compliance;
    private readonly ProbeObject _object = new(maker, attacker, bucket);
    private readonly ProbeBucket _bucket = new(maker, attacker, bucket);
    private readonly ProbeAttempts _attempts = new(store);

    public async Task<VaultProbeReport> RunAsync(CancellationToken ct)
    {
        var until = ObjectLocks.WholeSecondsUp(time.GetUtcNow() + LockTime);
        if (await _attempts.AllowsAsync(Write, _object.WriteAsync, ct)
            && await _attempts.AllowsAsync(SetLock, t => _object.LockAsync(_mode, until, t), ct))
        {
            await AttackAsync(until, ct);
            var isIntact = await CoverAsync(ct);
            await ExtendAsync(until + Change, ct);
            // A bucket that may be empty would really be deleted.
            if (isIntact)
                await new RightsProbe(maker, attacker, store, bucket, user, _attempts).RunAsync(_object, until + Change, ct);
        }

        return new VaultProbeReport(_attempts.Noted);
    }

    private async Task AttackAsync(DateTimeOffset until, CancellationToken ct)
    {
        var sooner = until - Change;
        var later = until + Change;
        var governance = ObjectLockRetentionMode.Governance;
        await ReadsBackAsync(ReadBack, until, ct);
        await _attempts.RefusesAsync(Delete, t => _object.DeleteVersionAsync(bypass: false, t), ct);
        await _attempts.RefusesAsync(DeleteBypassing, t => _object.DeleteVersionAsync(bypass: true, t), ct);
        await _attempts.RefusesAsync(DeleteInList, _object.DeleteInListAsync, ct);
        await _attempts.RefusesAsync(Shorten, t => _object.RetainAsync(_mode, sooner, bypass: false, t), ct);
        await _attempts.RefusesAsync(ShortenBypassing, t => _object.RetainAsync(_mode, sooner, bypass: true, t), ct);
        await _attempts.RefusesAsync(Downgrade, t => _object.RetainAsync(governance, later, bypass: false, t), ct);
        await _attempts.RefusesAsync(DowngradeBypassing, t => _object.RetainAsync(governance, later, bypass: true, t), ct);
        await _attempts.RefusesAsync(SuspendVersioning, _bucket.SuspendVersioningAsync, ct);
        await ReadsBackAsync(ReadBackAfterwards, until, ct);
    }

    private async Task<bool> CoverAsync(CancellationToken ct)
    {
        await _attempts.AllowsAsync(WriteOnTop, _object.WriteAsync, ct);
        await IsIntactAsync(ReadBelowNewer, ct);
        await _attempts.DeniesAsync(Hide, _object.DeleteKeyAsync, ct);
        return await IsIntactAsync(ReadBelowMarker, ct);
    }

    private async Task ExtendAsync(DateTimeOffset later, CancellationToken ct)
    {
        await _attempts.AllowsAsync(Extend, t => _object.LockAsync(_mode, later, t), ct);
        await ReadsBackAsync(ReadExtended, later, ct);
    }

    private async Task<bool> IsIntactAsync(string tried, CancellationToken ct)
    {
        const string Same = "the same bytes";
        var (answer, _) = await _attempts.AskAsync(tried, async t => await _object.IsIntactAsync(t) ? Same : "other bytes", ct);
        return _attempts.Note(tried, answer, answer == Same);
    }

    private async Task ReadsBackAsync(string tried, DateTimeOffset until, CancellationToken ct)
    {
        var required = new VaultLock(Compliance: true, until);
        try
        {
            var held = await new ObjectLocks(maker, store).ReadAsync(_object.Target!, ct);
            _attempts.Note(tried, ObjectLocks.Words(held), held == required);
        }
        catch (VaultObjectMissingException e)
        {
            _attempts.Note(tried, e.Message, asRequired: false);
        }
    }
}
