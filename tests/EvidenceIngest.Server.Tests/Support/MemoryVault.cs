using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Tests.Support;

/// <summary>A vault in memory that can misbehave in every way that matters. What a real store does is tested by VaultContract.</summary>
internal sealed class MemoryVault(Faults faults, TimeProvider? time = null) : IVault, IVaultDisposal
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ConcurrentDictionary<string, SortedDictionary<int, byte[]>> _uploads = new();
    private readonly ConcurrentDictionary<VaultVersion, byte[]> _objects = new();
    private readonly ConcurrentDictionary<string, VaultVersion> _completed = new();
    private readonly ConcurrentDictionary<VaultVersion, VaultLock> _locks = new();
    private int _numbers;

    public bool IsDown { get; set; }

    public bool ProbeHolds { get; set; } = true;

    /// <summary>How many of the next whole reads come back with one bit turned.</summary>
    public int FlippedReads { get; set; }

    /// <summary>Versions for which it answers with errors, though it answers.</summary>
    public HashSet<VaultVersion> Unreadable { get; } = [];

    /// <summary>Whole reads that were begun, in order.</summary>
    public ConcurrentQueue<VaultVersion> Reads { get; } = new();

    /// <summary>What the store makes of the lock that it is asked for.</summary>
    public Func<VaultLock, VaultLock?> Locking { get; set; } = asked => asked;

    public IReadOnlyCollection<VaultVersion> Versions => [.. _objects.Keys];

    public IReadOnlyCollection<VaultVersion> LockedVersions => [.. _locks.Keys];

    public int OpenUploads => _uploads.Count;

    public byte[] Content(VaultVersion version) => _objects[version];

    /// <summary>The disk below changes what lies there.</summary>
    public void Damage(VaultVersion version, Func<byte[], byte[]> how) => _objects[version] = how([.. _objects[version]]);

    /// <summary>Somebody with the store's own tools takes it away.</summary>
    public void Lose(VaultVersion version) => _objects.Remove(version, out _);

    public void Swap(VaultVersion one, VaultVersion other) => (_objects[one], _objects[other]) = (_objects[other], _objects[one]);

    /// <summary>Somebody with the store's own tools puts something there.</summary>
    public VaultVersion Stray(VaultObject target, byte[] content) => Store(target, content);

    public void Weaken(VaultVersion version, VaultLock? kept)
    {
        if (kept is null)
            _locks.Remove(version, out _);
        else
            _locks[version] = kept;
    }

    public VaultLock? Lock(VaultVersion version) => _locks.GetValueOrDefault(version);

    /// <summary>What a PUT to a granted URL does.</summary>
    public void Send(Uri grant, byte[] body)
    {
        var query = System.Web.HttpUtility.ParseQueryString(grant.Query);
        Assert.Equal(query["md5"], ContentMd5.Of(body));
        _uploads[query["upload"]!][int.Parse(query["part"]!, CultureInfo.InvariantCulture)] = body;
    }

    public void LoseUploads() => _uploads.Clear();

    public Task PrepareAsync(CancellationToken ct) => Step(() => true);

    public Task<string> BeginUploadAsync(VaultObject target, string contentType, CancellationToken ct) => Step(() =>
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"upload-{Interlocked.Increment(ref _numbers)}");
        _uploads[id] = [];
        return id;
    });

    public Uri GrantPart(VaultObject target, string uploadId, int part, string contentMd5, TimeSpan validFor) =>
        new($"http://vault/{target.Bucket}/{target.Key}?upload={uploadId}&part={part}&md5={Uri.EscapeDataString(contentMd5)}");

    public Task<IReadOnlyList<StoredPart>?> ListPartsAsync(VaultObject target, string uploadId, CancellationToken ct) => Step(() =>
        _uploads.TryGetValue(uploadId, out var parts)
            ? (IReadOnlyList<StoredPart>)[.. parts.Select(p => new StoredPart(p.Key, "etag", p.Value.Length))]
            : null);

    public Task<VaultVersion> CompleteUploadAsync(VaultObject target, string uploadId, IReadOnlyList<StoredPart> parts, CancellationToken ct) =>
        Step(() =>
        {
            // A store completes an upload once, whoever asks at the same time.
            lock (_completed)
            {
                if (_completed.TryGetValue(uploadId, out var known))
                    return known;
                if (!_uploads.TryRemove(uploadId, out var stored))
                    throw new VaultUploadLostException("no such upload");
                Assert.Equal(stored.Keys, parts.Select(p => p.Part));
                return _completed[uploadId] = Store(target, [.. stored.Values.SelectMany(p => p)]);
            }
        });

    public Task AbortUploadAsync(VaultObject target, string uploadId, CancellationToken ct) => Step(() => _uploads.TryRemove(uploadId, out _));

    public async Task<VaultVersion> PutAsync(VaultObject target, Stream content, string contentType, CancellationToken ct)
    {
        using var whole = new MemoryStream();
        await content.CopyToAsync(whole, ct);
        return await Step(() => Store(target, whole.ToArray()));
    }

    public Task<Stream> OpenAsync(VaultVersion version, long offset, long? length, CancellationToken ct) => Step<Stream>(() =>
    {
        if (Unreadable.Contains(version))
            throw new VaultUnavailableException("500 for this object (test)");
        if (!_objects.TryGetValue(version, out var content))
            throw new VaultObjectMissingException("no such version");
        Reads.Enqueue(version);
        if (FlippedReads > 0 && content.Length > 0)
        {
            FlippedReads--;
            content = [.. content];
            content[content.Length / 2] ^= 1;
        }

        var rest = content.AsMemory((int)offset);
        return new MemoryStream((length is { } l ? rest[..(int)Math.Min(l, rest.Length)] : rest).ToArray(), writable: false);
    });

    public Task LockAsync(VaultVersion version, DateTimeOffset until, CancellationToken ct) => Step(() =>
    {
        if (Locking(new VaultLock(true, until)) is { } kept)
            _locks[version] = kept;
        return true;
    });

    public Task<VaultLock?> ReadLockAsync(VaultVersion version, CancellationToken ct) => Step(() => _locks.GetValueOrDefault(version));

    public async IAsyncEnumerable<StoredVersion> ListAsync(string bucket, string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        var found = await Step(() => _objects.Where(o => o.Key.Bucket == bucket && o.Key.Key.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(o => o.Key.Key, StringComparer.Ordinal).ThenByDescending(o => o.Key.VersionId, StringComparer.Ordinal).ToList());
        foreach (var (version, content) in found)
            yield return new StoredVersion(version, content.Length);
    }

    public Task<VaultProbeReport> ProbeAsync(CancellationToken ct) => Step(() =>
        new VaultProbeReport([new VaultProbeAttempt("delete the locked version", ProbeHolds ? "403" : "204", ProbeHolds)]));

    public Task<bool> DeleteAsync(VaultVersion version, CancellationToken ct) => Step(() =>
    {
        if (_locks.TryGetValue(version, out var held) && held.Until > _time.GetUtcNow())
            throw new VaultLockedException($"{version.Key} is locked until {held.Until:O} (test)", held.Until);
        _locks.TryRemove(version, out _);
        _objects.TryRemove(version, out _);
        return true;
    });

    private VaultVersion Store(VaultObject target, byte[] content)
    {
        var version = new VaultVersion(
            target.Bucket, target.Key, string.Create(CultureInfo.InvariantCulture, $"v{Interlocked.Increment(ref _numbers)}"));
        _objects[version] = content;
        return version;
    }

    private Task<T> Step<T>(Func<T> work)
    {
        if (IsDown)
            return Task.FromException<T>(new VaultUnavailableException("the vault is down (test)"));
        faults.Pass();
        var result = work();
        faults.Pass();
        return Task.FromResult(result);
    }
}
