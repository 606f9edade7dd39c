using Amazon.S3;
using static EvidenceIngest.Server.Vault.VaultProbeWords;

namespace EvidenceIngest.Server.Vault;

/// <summary>
/// What one user's key can do beside the locks. Not tried, because it could not be taken back if the store let it happen:
/// removing the bucket's policy or its access list.
/// </summary>
internal sealed class RightsProbe(
    IAmazonS3 maker, IAmazonS3 attacker, StoreCall store, string bucket, VaultUser user, ProbeAttempts attempts)
{
    private readonly ProbeBucket _bucket = new(maker, attacker, bucket);

    /// <param name="locked">The version under attack, whose lock holds.</param>
    /// <param name="until">When its lock ends.</param>
    /// <param name="ct">The caller's.</param>
    public async Task RunAsync(ProbeObject locked, DateTimeOffset until, CancellationToken ct)
    {
        if (user == VaultUser.Disposal)
        {
            await attempts.DeniesAsync(WriteAsDisposal, locked.WriteAsAttackerAsync, ct);
            await attempts.DeniesAsync(
                LockAsDisposal, t => locked.RetainAsync(ObjectLockRetentionMode.Compliance, until.AddSeconds(15), bypass: false, t), ct);
        }

        await OnObjectsAsync(until, ct);
        await OnBucketAsync(ct);
    }

    private async Task OnObjectsAsync(DateTimeOffset until, CancellationToken ct)
    {
        var governed = await MakeAsync(ct);
        await store.RunAsync(
            "lock the probe's second object", t => governed.LockAsync(ObjectLockRetentionMode.Governance, until, t), ct);
        await attempts.DeniesAsync(LiftGovernance, t => governed.DeleteVersionAsync(bypass: true, t), ct);

        var free = await MakeAsync(ct);
        await attempts.DeniesAsync(PutHold, t => free.HoldAsync(ObjectLockLegalHoldStatus.On, t), ct);
        await attempts.DeniesAsync(TakeHold, t => free.HoldAsync(ObjectLockLegalHoldStatus.Off, t), ct);
        await attempts.DeniesAsync(Tag, free.TagAsync, ct);
        await attempts.DeniesAsync(PutAcl, free.SetAclAsync, ct);
        if (user == VaultUser.Disposal)
            await attempts.AllowsAsync(DeleteUnlocked, t => free.DeleteVersionAsync(bypass: false, t), ct, VaultProbeLevel.Right);
        else
            await attempts.DeniesAsync(DeleteUnlocked, t => free.DeleteVersionAsync(bypass: false, t), ct);
    }

    private async Task OnBucketAsync(CancellationToken ct)
    {
        if (await attempts.ReadAsync(Lifecycle, _bucket.RulesAsync, ct) is { } rules)
        {
            var expiring = rules.Where(ProbeBucket.Expires).Select(r => r.Id).ToList();
            attempts.Note(Expiry, expiring.Count == 0 ? "none" : string.Join(", ", expiring), expiring.Count == 0, VaultProbeLevel.Right);
            await attempts.DeniesAsync(Lifecycle, t => _bucket.AddRuleAsync(rules, t), ct);
        }

        await attempts.DeniesAsync(Policy, _bucket.ChangePolicyAsync, ct);
        if (await attempts.ReadAsync(LockSettings, _bucket.LockSettingsAsync, ct) is { } settings)
            await attempts.DeniesAsync(LockSettings, t => _bucket.SetLockSettingsAsync(settings, t), ct);
        await attempts.DeniesAsync(DeleteBucket, _bucket.DeleteAsync, ct);
    }

    private async Task<ProbeObject> MakeAsync(CancellationToken ct)
    {
        var made = new ProbeObject(maker, attacker, bucket);
        await store.RunAsync("write another object of the probe", made.WriteAsync, ct);
        return made;
    }
}
