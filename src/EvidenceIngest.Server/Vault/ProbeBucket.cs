using Amazon.S3;
using Amazon.S3.Model;

namespace EvidenceIngest.Server.Vault;

/// <summary>
/// The probe's attacks on the bucket itself. They throw what the SDK throws. What a store lets happen is taken back, or is made
/// so that it changes nothing: a probe that is killed half-way must not leave the bucket weaker than it was.
/// </summary>
/// <param name="reader">The server's user, which may read the settings.</param>
/// <param name="attacker">The user whose key is taken for stolen.</param>
/// <param name="bucket">The masters'.</param>
internal sealed class ProbeBucket(IAmazonS3 reader, IAmazonS3 attacker, string bucket)
{
    public async Task<string> SuspendVersioningAsync(CancellationToken ct)
    {
        await SetVersioningAsync(VersionStatus.Suspended, ct);
        // It should have refused; the bucket must not stay like that, whoever stops waiting.
        await SetVersioningAsync(VersionStatus.Enabled, CancellationToken.None);
        return "suspended, and enabled again by the probe";
    }

    /// <summary>The bucket's lifecycle rules; none is an answer too.</summary>
    public async Task<IReadOnlyList<LifecycleRule>> RulesAsync(CancellationToken ct)
    {
        try
        {
            var answer = await reader.GetLifecycleConfigurationAsync(new GetLifecycleConfigurationRequest { BucketName = bucket }, ct);
            return answer.Configuration?.Rules ?? [];
        }
        catch (AmazonS3Exception e) when (StoreAnswer.Is(e, "NoSuchLifecycleConfiguration"))
        {
            return [];
        }
    }

    /// <summary>True for a rule that deletes objects and is switched on.</summary>
    public static bool Expires(LifecycleRule rule) =>
        rule.Status == LifecycleRuleStatus.Enabled && (rule.Expiration is not null || rule.NoncurrentVersionExpiration is not null);

    public async Task<string> AddRuleAsync(IReadOnlyList<LifecycleRule> held, CancellationToken ct)
    {
        const string Id = "evidence-ingest-probe";
        List<LifecycleRule> former = [.. held.Where(r => r.Id != Id)];
        // Switched off, and for keys that nobody makes: it deletes nothing even if it stays.
        var harmless = new LifecycleRule
        {
            Id = Id,
            Status = LifecycleRuleStatus.Disabled,
            Filter = new LifecycleFilter { LifecycleFilterPredicate = new LifecyclePrefixPredicate { Prefix = ProbeObject.Prefix + "none/" } },
            Expiration = new LifecycleRuleExpiration { Days = 36_500 },
        };
        await SetRulesAsync([.. former, harmless], ct);
        if (former.Count > 0)
            await SetRulesAsync(former, CancellationToken.None);
        else
            await attacker.DeleteLifecycleConfigurationAsync(new DeleteLifecycleConfigurationRequest { BucketName = bucket }, CancellationToken.None);
        return "accepted, and taken back by the probe";
    }

    /// <summary>
    /// With a text that is no policy: whoever may change it is told that it is wrong, and nothing changes. A bucket without its
    /// policy for a moment would be one without it for good, if the probe was killed in that moment.
    /// </summary>
    public async Task<string> ChangePolicyAsync(CancellationToken ct)
    {
        await attacker.PutBucketPolicyAsync(new PutBucketPolicyRequest { BucketName = bucket, Policy = "not a policy" }, ct);
        return "accepted, though it was no policy";
    }

    public async Task<ObjectLockConfiguration> LockSettingsAsync(CancellationToken ct) =>
        (await reader.GetObjectLockConfigurationAsync(new GetObjectLockConfigurationRequest { BucketName = bucket }, ct)).ObjectLockConfiguration;

    /// <summary>Sets what is set already.</summary>
    public async Task<string> SetLockSettingsAsync(ObjectLockConfiguration held, CancellationToken ct)
    {
        await attacker.PutObjectLockConfigurationAsync(
            new PutObjectLockConfigurationRequest { BucketName = bucket, ObjectLockConfiguration = held }, ct);
        return "accepted";
    }

    /// <summary>A bucket that holds something is never deleted; whoever may do it is told so.</summary>
    public async Task<string> DeleteAsync(CancellationToken ct)
    {
        await attacker.DeleteBucketAsync(bucket, ct);
        return "deleted";
    }

    private Task<PutLifecycleConfigurationResponse> SetRulesAsync(List<LifecycleRule> rules, CancellationToken ct) =>
        attacker.PutLifecycleConfigurationAsync(
            new PutLifecycleConfigurationRequest { BucketName = bucket, Configuration = new LifecycleConfiguration { Rules = rules } }, ct);

    private async Task SetVersioningAsync(VersionStatus status, CancellationToken ct) => await attacker.PutBucketVersioningAsync(
        new PutBucketVersioningRequest { BucketName = bucket, VersioningConfig = new S3BucketVersioningConfig { Status = status } }, ct);
}
