using EvidenceIngest.Dock.Disk;
using EvidenceIngest.Domain.Digests;

namespace EvidenceIngest.Dock.Offload;

/// <summary>Hashes a file's bytes as they are copied: SHA-256 on the copying thread, SM3 beside it.</summary>
internal sealed class CopyDigests : IDisposable
{
    // Below this a thread of its own costs more than it saves.
    private const long LaneFrom = 4 << 20;

    private readonly ContentHasher _hasher;
    private readonly Sm3Lane? _lane;

    public CopyDigests(bool withSm3, long expectedBytes)
    {
        var lane = withSm3 && Sm3Hash.IsSupported && expectedBytes >= LaneFrom;
        _hasher = new ContentHasher(withSm3 && !lane);
        _lane = lane ? new Sm3Lane() : null;
    }

    public long Length => _hasher.Length;

    /// <summary>Appends the buffer's first bytes and takes the buffer over.</summary>
    public void Take(PooledBuffer buffer, int length)
    {
        _hasher.Append(buffer.GetSpan()[..length]);
        if (_lane is null)
            buffer.Return();
        else
            _lane.Take(buffer, length);
    }

    public string PrefixSha256() => _hasher.PrefixSha256();

    public ContentDigest Finish()
    {
        var digest = _hasher.Finish();
        return _lane is null ? digest : new ContentDigest(digest.Sha256, _lane.Finish());
    }

    public void Dispose()
    {
        _lane?.Dispose();
        _hasher.Dispose();
    }
}
