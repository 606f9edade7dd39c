using System.Net;
using System.Text.Json;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EvidenceIngest.Server.Vault;

/// <summary>
/// Makes the buckets and their policies with the keys of the store's administrator, who owns the buckets from then on. Every
/// step looks first and changes only what differs, so it may be repeated after any failure.
/// </summary>
public static class VaultSetup
{
    /// <exception cref="VaultUnavailableException">Unreachable, or these keys may not do that.</exception>
    /// <exception cref="VaultBrokenPromiseException">A bucket exists without versioning or Object Lock, or the store took a policy and keeps another.</exception>
    public static async Task<VaultSetupReport> RunAsync(VaultOptions options, VaultKeys admin, VaultPrincipals principals, CancellationToken ct)
    {
        using var s3 = S3Client.Create(options, admin);
        return await new Setup(s3, new StoreCall(options, TimeProvider.System, NullLogger.Instance), options, NullLogger.Instance).RunAsync(principals, ct);
    }

    /// <summary>The same rights as policies of users, for stores that attach policies to users.</summary>
    public static string PolicyOf(VaultUser user, VaultOptions options) => VaultPolicies.OfUser(user, options);

    private sealed class Setup(IAmazonS3 s3, StoreCall store, VaultOptions options, ILogger logger)
    {
        private readonly List<VaultSetupStep> _steps = [];

        public async Task<VaultSetupReport> RunAsync(VaultPrincipals principals, CancellationToken ct)
        {
            foreach (var made in await new VaultBuckets(s3, store, options, logger).PrepareAsync(ct))
                _steps.Add(new VaultSetupStep(VaultSetupSubject.Bucket, made.Bucket, made.IsNew));
            await PutPolicyAsync(options.Bucket, VaultPolicies.OfBucket(options.Bucket, masters: true, principals), ct);
            // A second vault has masters only, and one bucket.
            if (options.RenditionBucket != options.Bucket)
                await PutPolicyAsync(options.RenditionBucket, VaultPolicies.OfBucket(options.RenditionBucket, masters: false, principals), ct);
            return new VaultSetupReport(_steps);
        }

        private async Task PutPolicyAsync(string bucket, string policy, CancellationToken ct)
        {
            var differs = !IsSame(await ReadPolicyAsync(bucket, ct), policy);
            if (differs)
            {
                await store.RunAsync(
                    $"set the policy of {bucket}",
                    token => s3.PutBucketPolicyAsync(new PutBucketPolicyRequest { BucketName = bucket, Policy = policy }, token),
                    ct);
                if (!IsSame(await ReadPolicyAsync(bucket, ct), policy))
                    throw new VaultBrokenPromiseException($"the store took a policy for {bucket} and reads back another one");
            }

            _steps.Add(new VaultSetupStep(VaultSetupSubject.Policy, bucket, differs));
        }

        private async Task<string?> ReadPolicyAsync(string bucket, CancellationToken ct)
        {
            try
            {
                var answer = await store.RunAsync(
                    $"read the policy of {bucket}",
                    token => s3.GetBucketPolicyAsync(new GetBucketPolicyRequest { BucketName = bucket }, token),
                    e => e.StatusCode == HttpStatusCode.NotFound,
                    ct);
                return answer.Policy;
            }
            catch (AmazonS3Exception)
            {
                return null;
            }
        }

        // Stores may give it back in another layout.
        private static bool IsSame(string? held, string wanted)
        {
            if (string.IsNullOrWhiteSpace(held))
                return false;
            try
            {
                using var left = JsonDocument.Parse(held);
                using var right = JsonDocument.Parse(wanted);
                return JsonElement.DeepEquals(left.RootElement, right.RootElement);
            }
            catch (JsonException)
            {
                return false;
            }
        }
    }
}

/// <param name="Steps">In the order in which they were done.</param>
public sealed record VaultSetupReport(IReadOnlyList<VaultSetupStep> Steps);

/// <param name="Subject">What was looked at.</param>
/// <param name="Bucket">Whose.</param>
/// <param name="Changed">False when it was there already as it should be.</param>
public sealed record VaultSetupStep(VaultSetupSubject Subject, string Bucket, bool Changed);

/// <summary>What a step of the setup is about.</summary>
public enum VaultSetupSubject
{
    /// <summary>A bucket.</summary>
    Bucket,

    /// <summary>A bucket's policy.</summary>
    Policy,
}
