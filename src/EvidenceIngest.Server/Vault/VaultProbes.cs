using Amazon.S3;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EvidenceIngest.Server.Vault;

/// <summary>Runs probes, for the server and for the command line.</summary>
public static class VaultProbes
{
    /// <summary>Probes with one user's key. Needs the server's key too, which writes and locks what is attacked.</summary>
    /// <param name="options">Where the store is; the server's key.</param>
    /// <param name="user">What that key should be allowed.</param>
    /// <param name="keys">The key to try; null for the server's own.</param>
    /// <param name="ct">The caller's.</param>
    /// <exception cref="VaultUnavailableException">The store can't be reached or refuses the key as such: nothing is proven.</exception>
    public static async Task<VaultProbeReport> RunAsync(VaultOptions options, VaultUser user, VaultKeys? keys, CancellationToken ct)
    {
        using var maker = S3Client.Create(options);
        return await RunAsync(options, maker, user, keys, TimeProvider.System, NullLogger.Instance, ct);
    }

    internal static async Task<VaultProbeReport> RunAsync(
        VaultOptions options, IAmazonS3 maker, VaultUser user, VaultKeys? keys, TimeProvider time, ILogger logger, CancellationToken ct)
    {
        var store = new StoreCall(options, time, logger);
        await SweepAsync(options, maker, store, time, logger, ct);
        using var attacker = keys is null ? null : S3Client.Create(options, keys);
        return await new VaultProbe(maker, attacker ?? maker, store, options.Bucket, time, user).RunAsync(ct);
    }

    // The server can't delete, not even here: a right to delete below probe/ would make the probe prove nothing about the
    // rest. Where there is no disposal user, some small objects a probe stay.
    private static async Task SweepAsync(
        VaultOptions options, IAmazonS3 maker, StoreCall store, TimeProvider time, ILogger logger, CancellationToken ct)
    {
        using var disposal = options.Disposal is { } keys ? S3Client.Create(options, keys) : null;
        try
        {
            await store.RunAsync(
                "sweep older probes", t => ProbeObject.SweepAsync(disposal ?? maker, options.Bucket, time.GetUtcNow(), t), _ => true, ct);
        }
        catch (AmazonS3Exception e)
        {
            Log.SweepFailed(logger, StoreAnswer.Words(e));
        }
    }
}
