using System.Net;
using System.Reflection;
using Amazon.S3;
using Amazon.S3.Model;
using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Tests.Vault;

/// <summary>Real users of a real RADOS Gateway under the policies of <c>vault init</c>: a stolen key tries everything.</summary>
[Collection(VaultCollection.Name)]
public sealed class VaultUserTests(PrivateStore store) : IDisposable
{
    private static readonly Dictionary<string, Func<IAmazonS3, VaultVersion, Task>> Forbidden = new(StringComparer.Ordinal)
    {
        ["delete in a list"] = (s3, v) => s3.DeleteObjectsAsync(new DeleteObjectsRequest { BucketName = v.Bucket, Objects = [new KeyVersion { Key = v.Key, VersionId = v.VersionId }] }),
        ["delete in a list without a version"] = (s3, v) => s3.DeleteObjectsAsync(new DeleteObjectsRequest { BucketName = v.Bucket, Objects = [new KeyVersion { Key = v.Key }] }),
        ["put a delete marker"] = (s3, v) => s3.DeleteObjectAsync(v.Bucket, v.Key),
        ["put a legal hold"] = (s3, v) => HoldAsync(s3, v, ObjectLockLegalHoldStatus.On),
        ["remove a legal hold"] = (s3, v) => HoldAsync(s3, v, ObjectLockLegalHoldStatus.Off),
        ["set an object's access list"] = (s3, v) => s3.PutObjectAclAsync(new PutObjectAclRequest { BucketName = v.Bucket, Key = v.Key, VersionId = v.VersionId, ACL = S3CannedACL.PublicRead }),
        ["tag an object"] = (s3, v) => s3.PutObjectTaggingAsync(new PutObjectTaggingRequest { BucketName = v.Bucket, Key = v.Key, VersionId = v.VersionId, Tagging = new Tagging { TagSet = [new Tag { Key = "a", Value = "b" }] } }),
        ["remove an object's tags"] = (s3, v) => s3.DeleteObjectTaggingAsync(new DeleteObjectTaggingRequest { BucketName = v.Bucket, Key = v.Key, VersionId = v.VersionId }),
        ["suspend versioning"] = (s3, v) => s3.PutBucketVersioningAsync(new PutBucketVersioningRequest { BucketName = v.Bucket, VersioningConfig = new S3BucketVersioningConfig { Status = VersionStatus.Suspended } }),
        ["set a lifecycle rule"] = (s3, v) => s3.PutLifecycleConfigurationAsync(new PutLifecycleConfigurationRequest { BucketName = v.Bucket, Configuration = new LifecycleConfiguration { Rules = [Expiry()] } }),
        ["remove the lifecycle rules"] = (s3, v) => s3.DeleteLifecycleConfigurationAsync(new DeleteLifecycleConfigurationRequest { BucketName = v.Bucket }),
        ["set the policy"] = (s3, v) => s3.PutBucketPolicyAsync(new PutBucketPolicyRequest { BucketName = v.Bucket, Policy = """{"Version":"2012-10-17","Statement":[]}""" }),
        ["remove the policy"] = (s3, v) => s3.DeleteBucketPolicyAsync(new DeleteBucketPolicyRequest { BucketName = v.Bucket }),
        ["set the bucket's access list"] = (s3, v) => s3.PutBucketAclAsync(new PutBucketAclRequest { BucketName = v.Bucket, ACL = S3CannedACL.PublicReadWrite }),
        ["set the bucket's Object Lock settings"] = (s3, v) => s3.PutObjectLockConfigurationAsync(new PutObjectLockConfigurationRequest { BucketName = v.Bucket, ObjectLockConfiguration = new ObjectLockConfiguration { ObjectLockEnabled = ObjectLockEnabled.Enabled } }),
        ["delete the bucket"] = (s3, v) => s3.DeleteBucketAsync(v.Bucket),
        ["make a bucket of its own"] = (s3, _) => s3.PutBucketAsync($"own-{Guid.NewGuid():N}"),
    };

    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(2));

    public static TheoryData<string> Attacks => [.. Forbidden.Keys];

    private CancellationToken Ct => _limit.Token;

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task Neither_key_may(string what)
    {
        var options = store.Options();
        using var vault = PrivateStore.Open(options);
        var version = await vault.PutAsync(new VaultObject(options.Bucket, $"users/{Guid.NewGuid():N}"), new MemoryStream([1]), "text/plain", Ct);
        foreach (var keys in new[] { store.Server, store.Disposal })
        {
            using var s3 = S3Client.Create(options, keys);
            var refusal = await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => Forbidden[what](s3, version));
            Assert.True(Denies(refusal), $"{keys}: {StoreAnswer.Words(refusal)}");
        }

        Assert.Equal([version], await vault.ListAsync(options.Bucket, version.Key, Ct).Select(v => v.Version).ToListAsync(Ct));
        Assert.DoesNotContain((await store.SetUpAsync(options)).Steps, s => s.Changed);
    }

    [Fact]
    public async Task The_disposal_user_may_neither_write_nor_read_nor_lock()
    {
        var options = store.Options();
        using var vault = PrivateStore.Open(options);
        var version = await vault.PutAsync(new VaultObject(options.Bucket, $"users/{Guid.NewGuid():N}"), new MemoryStream([1]), "text/plain", Ct);
        using var s3 = S3Client.Create(options, store.Disposal);
        Func<Task>[] calls =
        [
            () => s3.GetObjectAsync(version.Bucket, version.Key, version.VersionId, Ct),
            () => s3.PutObjectRetentionAsync(
                new PutObjectRetentionRequest
                {
                    BucketName = version.Bucket, Key = version.Key, VersionId = version.VersionId,
                    Retention = new ObjectLockRetention { Mode = ObjectLockRetentionMode.Compliance, RetainUntilDate = TimeProvider.System.GetUtcNow().AddMinutes(1).UtcDateTime },
                },
                Ct),
            () => s3.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = version.Bucket, Key = version.Key }, Ct),
            () => s3.CopyObjectAsync(version.Bucket, version.Key, version.Bucket, version.Key + ".copy", Ct),
            () => s3.PutObjectAsync(new PutObjectRequest { BucketName = version.Bucket, Key = version.Key, ContentBody = "x", UseChunkEncoding = false }, Ct),
        ];
        foreach (var call in calls)
            Assert.True(Denies(await Assert.ThrowsAnyAsync<AmazonS3Exception>(call)));
    }

    [Fact]
    public async Task The_probe_finds_both_users_rights_as_required()
    {
        var server = await VaultProbes.RunAsync(store.Options(), VaultUser.Server, null, Ct);
        var disposal = await VaultProbes.RunAsync(store.Options(), VaultUser.Disposal, store.Disposal, Ct);
        Assert.All(server.Attempts.Concat(disposal.Attempts), a => Assert.True(a.AsRequired, $"{a.Tried}: {a.Answer}"));
        Assert.Contains(disposal.Attempts, a => a is { Tried: VaultProbeWords.DeleteUnlocked, Answer: "deleted" });
    }

    [Fact]
    public async Task A_single_all_powerful_key_still_seals_and_everything_it_may_is_told_and_taken_back()
    {
        var options = store.OwnerOptions($"b{Guid.NewGuid():N}");
        using var vault = PrivateStore.Open(options);
        await vault.PrepareAsync(Ct);
        using var s3 = S3Client.Create(options);

        var report = await vault.ProbeAsync(Ct);

        Assert.True(report.Holds);
        Assert.Equal(
            [
                VaultProbeWords.Hide, VaultProbeWords.LiftGovernance, VaultProbeWords.PutHold, VaultProbeWords.TakeHold, VaultProbeWords.Tag,
                VaultProbeWords.PutAcl, VaultProbeWords.DeleteUnlocked, VaultProbeWords.Lifecycle, VaultProbeWords.Policy,
                VaultProbeWords.LockSettings, VaultProbeWords.DeleteBucket,
            ],
            report.Weaknesses.Select(w => w.Tried));
        Assert.Equal(VersionStatus.Enabled, (await s3.GetBucketVersioningAsync(options.Bucket, Ct)).VersioningConfig.Status);
        var rules = await s3.GetLifecycleConfigurationAsync(new GetLifecycleConfigurationRequest { BucketName = options.Bucket }, Ct);
        Assert.Empty(rules.Configuration?.Rules ?? []);
    }

    [Fact]
    public async Task Rules_that_were_there_survive_the_probe_and_those_that_expire_objects_are_told()
    {
        var options = store.OwnerOptions($"b{Guid.NewGuid():N}");
        using var vault = PrivateStore.Open(options);
        await vault.PrepareAsync(Ct);
        using var s3 = S3Client.Create(options);
        await s3.PutLifecycleConfigurationAsync(
            new PutLifecycleConfigurationRequest { BucketName = options.Bucket, Configuration = new LifecycleConfiguration { Rules = [Expiry()] } }, Ct);

        var report = await vault.ProbeAsync(Ct);

        Assert.Equal("sweep", Assert.Single(report.Weaknesses, w => w.Tried == VaultProbeWords.Expiry).Answer);
        var left = await s3.GetLifecycleConfigurationAsync(new GetLifecycleConfigurationRequest { BucketName = options.Bucket }, Ct);
        Assert.Equal("sweep", Assert.Single(left.Configuration.Rules).Id);
    }

    [Theory]
    [InlineData("s3:PutObjectLegalHold", VaultProbeWords.PutHold, VaultProbeWords.TakeHold)]
    [InlineData("s3:PutObjectAcl", VaultProbeWords.PutAcl)]
    [InlineData("s3:PutObjectTagging", VaultProbeWords.Tag)]
    public async Task A_policy_that_forgets_one_denial_is_found_out(string forgotten, params string[] found)
    {
        var options = store.Options($"b{Guid.NewGuid():N}");
        await store.SetUpAsync(options);
        using var admin = S3Client.Create(options, store.Admin);
        var policy = (await admin.GetBucketPolicyAsync(new GetBucketPolicyRequest { BucketName = options.Bucket }, Ct)).Policy;
        // The action for versions is another one, and it is the version that the probe attacks.
        var weaker = policy.Replace($"\"{forgotten}\",", "", StringComparison.Ordinal)
            .Replace($"\"{forgotten.Replace("PutObject", "PutObjectVersion", StringComparison.Ordinal)}\",", "", StringComparison.Ordinal);
        Assert.NotEqual(policy, weaker);
        await admin.PutBucketPolicyAsync(new PutBucketPolicyRequest { BucketName = options.Bucket, Policy = weaker }, Ct);

        var report = await VaultProbes.RunAsync(options, VaultUser.Server, null, Ct);

        Assert.True(report.Holds);
        Assert.Equal(found, report.Weaknesses.Select(w => w.Tried));
        // And the setup puts it right.
        Assert.Equal([options.Bucket], (await store.SetUpAsync(options)).Steps.Where(s => s.Changed).Select(s => s.Bucket));
        Assert.Empty((await VaultProbes.RunAsync(options, VaultUser.Server, null, Ct)).Weaknesses);
    }

    [Fact]
    public async Task A_server_that_finds_no_bucket_does_not_make_one_and_says_what_to_do()
    {
        using var vault = PrivateStore.Open(store.Options($"b{Guid.NewGuid():N}"));
        var refusal = await Assert.ThrowsAsync<VaultUnavailableException>(() => vault.PrepareAsync(Ct));
        Assert.Contains("vault init", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(1000)]
    [InlineData(100_000)]
    public async Task A_refused_write_does_not_derail_the_next_call_on_its_connection(int bytes)
    {
        var options = store.Options();
        using var s3 = S3Client.Create(options, store.Disposal);
        for (var round = 0; round < 10; round++)
        {
            var refusal = await Assert.ThrowsAnyAsync<AmazonS3Exception>(
                () => s3.PutObjectAsync(
                    new PutObjectRequest { BucketName = options.Bucket, Key = "refused", InputStream = new MemoryStream(new byte[bytes]), UseChunkEncoding = false }, Ct));
            Assert.True(Denies(refusal), StoreAnswer.Words(refusal));
            Assert.Equal(VersionStatus.Enabled, (await s3.GetBucketVersioningAsync(options.Bucket, Ct)).VersioningConfig.Status);
        }
    }

    [Fact]
    public void Everything_that_is_tried_has_a_chinese_name() =>
        Assert.All(
            typeof(VaultProbeWords).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!),
            tried => Assert.NotEmpty(VaultProbeWords.InChinese(tried)));

    public void Dispose() => _limit.Dispose();

    // A list is answered as a whole, and its refusals stand inside.
    private static bool Denies(AmazonS3Exception refusal) => refusal is DeleteObjectsException list
        ? list.Response.DeletedObjects is null or [] && list.Response.DeleteErrors.TrueForAll(e => e.Code == "AccessDenied")
        : refusal.StatusCode == HttpStatusCode.Forbidden;

    private static Task<PutObjectLegalHoldResponse> HoldAsync(IAmazonS3 s3, VaultVersion v, ObjectLockLegalHoldStatus status) => s3.PutObjectLegalHoldAsync(
        new PutObjectLegalHoldRequest { BucketName = v.Bucket, Key = v.Key, VersionId = v.VersionId, LegalHold = new ObjectLockLegalHold { Status = status } });

    private static LifecycleRule Expiry() => new()
    {
        Id = "sweep",
        Status = LifecycleRuleStatus.Enabled,
        Filter = new LifecycleFilter { LifecycleFilterPredicate = new LifecyclePrefixPredicate { Prefix = "none/" } },
        Expiration = new LifecycleRuleExpiration { Days = 1 },
    };
}
