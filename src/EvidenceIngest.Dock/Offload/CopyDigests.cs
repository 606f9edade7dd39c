using System.Security.Cryptography;
using EvidenceIngest.Dock.Disk;
using EvidenceIngest.Domain.Digests;

namespace EvidenceIngest.Dock.Offload;

/// <summary>
/// Hashes a file's bytes as they are copied: SHA-256 on the copying thread, SM3 beside it, and MD5 where the recorder left one
/// to compare with.
/// </summary>
internal sealed class CopyDigests : IDisposable
{
    // Below this a thread of its own costs more than it saves.
    private const long LaneFrom = 4 << 20;

    private readonly ContentHasher _hasher;
    private readonly Sm3Lane? _lane;
    private readonly IncrementalHash? _md5;

    public CopyDigests(bool withSm3, long expectedBytes, bool withMd5 = false)
    {
#pragma warning disable CA5351 // What the recorder itself computed; it shows accidents, and proves nothing against a forger.
        _md5 = withMd5 ? IncrementalHash.CreateHash(HashAlgorithmName.MD5) : null;
#pragma warning restore CA5351
        var lane = withSm3 && Sm3Hash.IsSupported && expectedBytes >= LaneFrom;
        _hasher = new ContentHasher(withSm3 && !lane);
        _lane = lane ? new Sm3Lane() : null;
    }

    public long Length => _hasher.Length;

    /// <summary>Appends the buffer's first bytes and takes the buffer over.</summary>
    public void Take(PooledBuffer buffer, int length)
    {
        _hasher.Append(buffer.GetSpan()[..length]);
        _md5?.AppendData(buffer.GetSpan()[..length]);
        if (_lane is null)
            buffer.Return();
        else
            _lane.Take(buffer, length);
    }

    public string PrefixSha256() => _hasher.PrefixSha256();

    /// <summary>Lower-case hexadecimal; null when it was not asked for.</summary>
    public string? FinishMd5() => _md5 is null ? null : Convert.ToHexStringLower(_md5.GetHashAndReset());

    public ContentDigest Finish()
    {
        var digest = _hasher.Finish();
        return _lane is null ? digest : new ContentDigest(digest.Sha256, _lane.Finish());
    }

    public void Dispose()
    {
        _lane?.Dispose();
        _md5?.Dispose();
        _hasher.Dispose();
    }
}
