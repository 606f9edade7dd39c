using System.Numerics;

namespace EvidenceIngest.Domain.Transparency;

/// <summary>
/// A node over 2^<paramref name="Level"/> leaves, the first of which is number <c>Index * 2^Level</c>. Once all its leaves
/// are there it never changes, so whoever stores nodes stores only such ones.
/// </summary>
public readonly record struct PerfectNode(int Level, long Index)
{
    public long FirstLeaf => Index << Level;

    public long Leaves => 1L << Level;
}

/// <summary>
/// Which perfect nodes make up a hash of a range of leaves: fold them from the right. A range starts where a perfect node
/// of its size could, as all ranges in a tree of RFC 6962 do.
/// </summary>
public sealed record MerkleRange(IReadOnlyList<PerfectNode> Nodes)
{
    public static MerkleRange Of(long first, long count)
    {
        var nodes = new List<PerfectNode>();
        for (var (from, left) = (first, count); left > 0;)
        {
            var level = BitOperations.Log2((ulong)left);
            nodes.Add(new PerfectNode(level, from >> level));
            (from, left) = (from + (1L << level), left - (1L << level));
        }

        return new MerkleRange(nodes);
    }

    public byte[] Hash(Func<PerfectNode, byte[]> stored)
    {
        if (Nodes.Count == 0)
            return MerkleHash.Empty;
        var hash = stored(Nodes[^1]);
        for (var i = Nodes.Count - 2; i >= 0; i--)
            hash = MerkleHash.Node(stored(Nodes[i]), hash);
        return hash;
    }
}

/// <summary>
/// What a log has to look up for the root and the proofs of RFC 6962, section 2.1. Plans, not proofs: the log fetches all
/// nodes of a plan at once and then hashes.
/// </summary>
public static class MerkleTree
{
    public static MerkleRange Root(long size) => MerkleRange.Of(0, size);

    /// <summary>That a leaf is in the tree: the siblings on its way to the root, from the leaf upwards.</summary>
    public static IReadOnlyList<MerkleRange> Inclusion(long leaf, long size)
    {
        if (leaf < 0 || leaf >= size)
            throw new ArgumentOutOfRangeException(nameof(leaf), leaf, $"a tree of {size} leaves has none of this number");
        var path = new List<MerkleRange>();
        for (var (first, count) = (0L, size); count > 1;)
        {
            var left = LeftOf(count);
            if (leaf < first + left)
            {
                path.Add(MerkleRange.Of(first + left, count - left));
                count = left;
            }
            else
            {
                path.Add(MerkleRange.Of(first, left));
                (first, count) = (first + left, count - left);
            }
        }

        path.Reverse();
        return path;
    }

    /// <summary>That a tree of the new size begins with the very leaves of the old one.</summary>
    public static IReadOnlyList<MerkleRange> Consistency(long oldSize, long newSize)
    {
        if (oldSize < 0 || oldSize > newSize)
            throw new ArgumentOutOfRangeException(nameof(oldSize), oldSize, $"it is no earlier size of a tree of {newSize} leaves");
        var path = new List<MerkleRange>();
        if (oldSize == 0 || oldSize == newSize)
            return path;
        var (first, count, isOldRoot) = (0L, newSize, true);
        while (oldSize - first != count)
        {
            var left = LeftOf(count);
            if (oldSize - first <= left)
            {
                path.Add(MerkleRange.Of(first + left, count - left));
                count = left;
            }
            else
            {
                path.Add(MerkleRange.Of(first, left));
                (first, count, isOldRoot) = (first + left, count - left, false);
            }
        }

        // The verifier has the old root; any other subtree that the old tree ends with has to be told.
        if (!isOldRoot)
            path.Add(MerkleRange.Of(first, count));
        path.Reverse();
        return path;
    }

    /// <summary>Leaves of the left subtree: the largest power of two below the count.</summary>
    private static long LeftOf(long count) => 1L << BitOperations.Log2((ulong)(count - 1));
}
