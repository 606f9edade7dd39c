using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Server.Vault;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Fixity;

/// <param name="Kind">What is wrong.</param>
/// <param name="Found">What there is instead, in words that stay the same as long as it does.</param>
internal sealed record Observation(FindingKind Kind, string Found);

/// <param name="Object">What was looked at.</param>
/// <param name="Content">What is wrong with the bytes; null when they are right.</param>
/// <param name="Lock">What is wrong with the lock; null when it is right, not needed, or was not looked at.</param>
/// <param name="LockRead">False when the lock was not looked at.</param>
internal sealed record CheckedObject(AuditedObject Object, Observation? Content, Observation? Lock, bool LockRead)
{
    public bool IsRight => Content is null && Lock is null;

    public IEnumerable<Observation> Wrong => new[] { Content, Lock }.OfType<Observation>();
}

/// <summary>Reads one version whole and its lock. Everything that a vault only says about an object, such as its length in a listing, is left aside.</summary>
internal sealed class ObjectCheck(FixityOptions options, TimeProvider time, ILogger<ObjectCheck> log)
{
    private const int BufferBytes = 1 << 20;

    // One for a vault and all its objects: many small ones are held to the rate as well. A vault has one reader at a time.
    private readonly ConcurrentDictionary<string, ReadRate> _rates = new();

    /// <exception cref="VaultUnavailableException">Passing trouble: nothing is known of the object.</exception>
    /// <exception cref="VaultBrokenPromiseException">The vault as a whole is not what it was.</exception>
    public async Task<CheckedObject> RunAsync(AuditedVault vault, AuditedObject audited, CancellationToken ct)
    {
        var content = await ReadAsync(vault, audited, ct);
        if (content is { Kind: FindingKind.Truncated or FindingKind.Altered })
        {
            // A bit that turned on the way here would be an alarm about nothing: only what reads wrong twice is wrong.
            var again = await ReadAsync(vault, audited, ct);
            if (again is null)
                log.ReadDiffered(vault.Name, audited.Version.Key, content.Found);
            content = again;
        }

        if (content is { Kind: FindingKind.Missing } || audited.LockedUntil is not { } until)
            return new CheckedObject(audited, content, null, LockRead: content is null);
        return new CheckedObject(audited, content, await ReadLockAsync(vault, audited, until, ct), LockRead: true);
    }

    private async Task<Observation?> ReadAsync(AuditedVault vault, AuditedObject audited, CancellationToken ct)
    {
        ContentDigest digest;
        long bytes;
        try
        {
            await using var content = await vault.Store.OpenAsync(audited.Version, 0, null, ct);
            (digest, bytes) = await HashAsync(vault.Name, content, audited.Digest.Sm3 is not null, ct);
        }
        catch (VaultObjectMissingException)
        {
            return new Observation(FindingKind.Missing, "the vault doesn't have the version");
        }

        if (bytes == audited.Bytes && digest.Matches(audited.Digest))
            return null;
        var sm3 = digest.Sm3 is { } value ? $", sm3 {value}" : "";
        return new Observation(
            bytes < audited.Bytes ? FindingKind.Truncated : FindingKind.Altered,
            string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes, sha256 {digest.Sha256}{sm3}"));
    }

    private async Task<(ContentDigest Digest, long Bytes)> HashAsync(string vault, Stream content, bool withSm3, CancellationToken ct)
    {
        var rate = _rates.GetOrAdd(vault, _ => new ReadRate(options.BytesPerSecond, time));
        using var hasher = new ContentHasher(withSm3);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int read;
            while ((read = await content.ReadAsync(buffer.AsMemory(0, BufferBytes), ct)) > 0)
            {
                hasher.Append(buffer.AsSpan(0, read));
                await rate.PassAsync(read, ct);
            }

            var bytes = hasher.Length;
            return (hasher.Finish(), bytes);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<Observation?> ReadLockAsync(AuditedVault vault, AuditedObject audited, DateTimeOffset until, CancellationToken ct)
    {
        var held = await vault.Store.ReadLockAsync(audited.Version, ct);
        if (held is { Compliance: true } && held.Until >= until)
            return null;
        try
        {
            // It could be deleted meanwhile, so it is locked at once; that it wasn't stays a finding for a person.
            await vault.Store.LockAsync(audited.Version, until, ct);
        }
        catch (Exception e) when (e is VaultUnavailableException or VaultBrokenPromiseException)
        {
            log.NotLockedAgain(vault.Name, audited.Version.Key, e.Message);
        }

        return new Observation(
            FindingKind.LockWeak,
            (held is null ? "no lock" : $"{(held.Compliance ? "COMPLIANCE" : "GOVERNANCE")} until {held.Until.UtcDateTime:O}") + $" where COMPLIANCE until {until.UtcDateTime:O} was promised");
    }
}
