using System.Globalization;
using EvidenceIngest.Domain;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Transparency;

/// <summary>Heads as locked objects beside the masters: as hard to get rid of as those.</summary>
internal sealed class VaultWitness(IVault vault, VaultOptions options, VaultTrust trust, LogOptions log, TimeProvider time) : ILogWitness
{
    /// <summary>Below it lies a head for each size, in the order of their sizes.</summary>
    public const string Prefix = "log/heads/";

    public string Place => "vault";

    public TimeSpan Interval => log.VaultInterval;

    public async Task<byte[]> TakeAsync(LogHead head, CancellationToken ct)
    {
        try
        {
            trust.Demand();
            var target = new VaultObject(options.Bucket, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{head.TreeSize:D15}.json"));
            using var content = new MemoryStream(head.Envelope, writable: false);
            var version = await vault.PutAsync(target, content, "application/json", ct);
            var until = time.GetUtcNow().AddDays(options.RetentionDays);
            await vault.LockAsync(version, until, ct);
            var kept = await vault.ReadLockAsync(version, ct);
            return kept is { Compliance: true }
                ? EvidenceJson.ToBytes(new { version.Bucket, version.Key, version.VersionId, LockedUntil = kept.Until })
                : throw new WitnessUnavailableException($"{version.Key} has no COMPLIANCE lock after it was locked");
        }
        catch (Exception e) when (e is VaultUnavailableException or VaultNotTrustedException or VaultBrokenPromiseException)
        {
            throw new WitnessUnavailableException(e.Message, e);
        }
    }
}
