using EvidenceIngest.Dock.Disk;
using EvidenceIngest.Dock.Journal;
using EvidenceIngest.Domain.Digests;
using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Dock.Offload;

/// <summary>
/// Finds how much of a half-copied file can be trusted. Nothing is taken on the journal's word: the staged prefix is read
/// and hashed again and every mark compared; then the last good chunk is compared with the recorder's, because another
/// file may meanwhile stand under the same name.
/// </summary>
internal sealed class ResumePoint(BufferPool buffers)
{
    /// <summary>Position to go on from; the digests have everything before it. 0 when nothing can be kept.</summary>
    public long Find(SafeFileHandle staged, Stream source, IReadOnlyList<ChunkMark> marks, CopyDigests digests, CancellationToken ct)
    {
        var good = LastGoodMark(staged, marks, ct);
        if (good == 0 || !SameChunk(staged, source, good, ct))
            return 0;
        Replay(staged, good, digests, ct);
        source.Position = good;
        return good;
    }

    /// <summary>Length of the staged prefix that the marks prove.</summary>
    public long LastGoodMark(SafeFileHandle staged, IReadOnlyList<ChunkMark> marks, CancellationToken ct)
    {
        var length = RandomAccess.GetLength(staged);
        using var hasher = new ContentHasher(withSm3: false);
        var good = 0L;
        foreach (var mark in marks.OrderBy(m => m.End).Where(m => m.End <= length && m.End % CopyPass.ChunkBytes == 0))
        {
            if (mark.End == good)
                continue;
            Each(staged, hasher.Length, mark.End, bytes => hasher.Append(bytes), ct);
            if (hasher.PrefixSha256() != mark.PrefixSha256)
                break;
            good = mark.End;
        }

        return good;
    }

    /// <summary>Puts the staged prefix through the digests, as if it had just been copied.</summary>
    public void Replay(SafeFileHandle staged, long end, CopyDigests digests, CancellationToken ct)
    {
        for (long position = 0; position < end;)
        {
            ct.ThrowIfCancellationRequested();
            var buffer = buffers.Rent(ct);
            var length = RandomAccess.Read(staged, buffer.GetSpan()[..(int)Math.Min(BufferPool.BufferBytes, end - position)], position);
            if (length == 0)
            {
                buffer.Return();
                throw new IOException("the staged file became shorter while it was read");
            }

            position += length;
            digests.Take(buffer, length);
        }
    }

    private bool SameChunk(SafeFileHandle staged, Stream source, long end, CancellationToken ct)
    {
        using var theirs = new ContentHasher(withSm3: false);
        using var ours = new ContentHasher(withSm3: false);
        var start = end - CopyPass.ChunkBytes;
        Each(staged, start, end, bytes => ours.Append(bytes), ct);
        source.Position = start;
        using var buffer = buffers.Rent(ct);
        while (theirs.Length < CopyPass.ChunkBytes)
        {
            var want = (int)Math.Min(BufferPool.BufferBytes, CopyPass.ChunkBytes - theirs.Length);
            var read = source.Read(buffer.GetSpan()[..want]);
            if (read == 0)
                return false;
            theirs.Append(buffer.GetSpan()[..read]);
        }

        return ours.PrefixSha256() == theirs.PrefixSha256();
    }

    private void Each(SafeFileHandle file, long from, long to, Action<ReadOnlySpan<byte>> take, CancellationToken ct)
    {
        using var buffer = buffers.Rent(ct);
        while (from < to)
        {
            ct.ThrowIfCancellationRequested();
            var span = buffer.GetSpan()[..(int)Math.Min(BufferPool.BufferBytes, to - from)];
            var read = RandomAccess.Read(file, span, from);
            if (read == 0)
                throw new IOException("the staged file became shorter while it was read");
            take(span[..read]);
            from += read;
        }
    }
}
