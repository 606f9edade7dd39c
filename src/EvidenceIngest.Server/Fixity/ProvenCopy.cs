using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Fixity;

/// <param name="Version">Read back whole, with the digest that was sealed.</param>
/// <param name="LockedUntil">As the lock was read back.</param>
/// <param name="Adopted">It was there already.</param>
internal sealed record PlacedCopy(VaultVersion Version, DateTimeOffset LockedUntil, bool Adopted);

/// <summary>
/// Brings a master from one vault into another: streamed, read back, compared, locked, the lock read back. What an interrupted
/// run, or the store's own replication, has put under the key is found and taken instead of written twice.
/// </summary>
internal sealed class ProvenCopy(FixityOptions options, TimeProvider time)
{
    /// <param name="from">Where <paramref name="source"/> lies.</param>
    /// <param name="source">What is copied; its digest is what counts.</param>
    /// <param name="to">Must have passed the probe.</param>
    /// <param name="target">Where to.</param>
    /// <param name="until">How long it has to be locked at least.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="SealedCopyDiffersException">The source is not what was sealed; nothing was written.</exception>
    /// <exception cref="VaultObjectMissingException">The source is gone; nothing was written.</exception>
    /// <exception cref="VaultUnavailableException">Worth a retry.</exception>
    /// <exception cref="VaultBrokenPromiseException">The target did not keep what it was given.</exception>
    public async Task<PlacedCopy> PlaceAsync(
        AuditedVault from, AuditedObject source, AuditedVault to, VaultObject target, DateTimeOffset until, CancellationToken ct)
    {
        to.Trust.Demand();
        var there = await FindAsync(to, source, target, ct);
        var version = there ?? await WriteAsync(from, source, to, target, ct);
        var wanted = new DateTimeOffset(until.UtcTicks + TimeSpan.TicksPerSecond - 1, TimeSpan.Zero);
        wanted = wanted.AddTicks(-(wanted.Ticks % TimeSpan.TicksPerSecond));
        await to.Store.LockAsync(version, wanted, ct);
        var kept = await to.Store.ReadLockAsync(version, ct);
        if (kept is not { Compliance: true } || kept.Until < wanted)
            throw new VaultBrokenPromiseException($"{version.Key} in vault {to.Name} has {(kept is null ? "no lock" : $"a lock until {kept.Until:O}")} where COMPLIANCE until {wanted:O} was asked for");
        return new PlacedCopy(version, kept.Until, there is not null);
    }

    private static async Task<VaultVersion?> FindAsync(AuditedVault to, AuditedObject source, VaultObject target, CancellationToken ct)
    {
        await foreach (var stored in to.Store.ListAsync(target.Bucket, target.Key, ct))
        {
            if (stored.Version.Key == target.Key && stored.Bytes == source.Bytes && await IsRightAsync(to, source, stored.Version, ct))
                return stored.Version;
        }

        return null;
    }

    private async Task<VaultVersion> WriteAsync(AuditedVault from, AuditedObject source, AuditedVault to, VaultObject target, CancellationToken ct)
    {
        VaultVersion version;
        await using (var content = new ProvenStream(
            await from.Store.OpenAsync(source.Version, 0, null, ct), source, new ReadRate(options.CopyBytesPerSecond, time)))
        {
            version = await to.Store.PutAsync(target, content, "application/octet-stream", ct);
        }

        return await IsRightAsync(to, source, version, ct)
            ? version
            : throw new VaultBrokenPromiseException($"{version.Key} version {version.VersionId} reads back from vault {to.Name} differently than it was written");
    }

    private static async Task<bool> IsRightAsync(AuditedVault vault, AuditedObject source, VaultVersion version, CancellationToken ct)
    {
        await using var content = await vault.Store.OpenAsync(version, 0, null, ct);
        var (digest, bytes) = await ContentHasher.HashAsync(content, source.Digest.Sm3 is not null, ct);
        return bytes == source.Bytes && digest.Matches(source.Digest);
    }
}
