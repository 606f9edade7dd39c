namespace EvidenceIngest.Domain.Transparency;

/// <summary>Checks proofs as RFC 9162, sections 2.1.3.2 and 2.1.4.2, says: with nothing but hashes.</summary>
public static class MerkleProof
{
    /// <summary>True when the leaf with this hash is number <paramref name="index"/> of the tree with this root.</summary>
    public static bool Includes(ReadOnlySpan<byte> leaf, long index, long size, IReadOnlyList<byte[]> path, ReadOnlySpan<byte> root)
    {
        if (index < 0 || index >= size)
            return false;
        var (node, last) = (index, size - 1);
        var hash = leaf.ToArray();
        foreach (var sibling in path)
        {
            if (last == 0 || sibling.Length != MerkleHash.Bytes)
                return false;
            if ((node & 1) == 1 || node == last)
            {
                hash = MerkleHash.Node(sibling, hash);
                (node, last) = SkipLonely(node, last);
            }
            else
            {
                hash = MerkleHash.Node(hash, sibling);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && root.SequenceEqual(hash);
    }

    /// <summary>True when the tree with the new root begins with exactly the leaves of the one with the old root.</summary>
    public static bool Extends(
        long oldSize, ReadOnlySpan<byte> oldRoot, long newSize, ReadOnlySpan<byte> newRoot, IReadOnlyList<byte[]> path)
    {
        if (oldSize < 0 || oldSize > newSize || path.Any(hash => hash.Length != MerkleHash.Bytes))
            return false;
        if (oldSize == newSize)
            return path.Count == 0 && oldRoot.SequenceEqual(newRoot);
        if (oldSize == 0)
            return path.Count == 0 && oldRoot.SequenceEqual(MerkleHash.Empty);
        var (node, last) = (oldSize - 1, newSize - 1);
        while ((node & 1) == 1)
            (node, last) = (node >> 1, last >> 1);
        // When the old tree is perfect, it is itself the first node of the way up.
        var next = IsPowerOfTwo(oldSize) ? 0 : 1;
        if (next > path.Count)
            return false;
        var start = next == 0 ? oldRoot.ToArray() : path[0];
        var (before, after) = (start, start);
        for (; next < path.Count; next++)
        {
            if (last == 0)
                return false;
            if ((node & 1) == 1 || node == last)
            {
                before = MerkleHash.Node(path[next], before);
                after = MerkleHash.Node(path[next], after);
                (node, last) = SkipLonely(node, last);
            }
            else
            {
                after = MerkleHash.Node(after, path[next]);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && oldRoot.SequenceEqual(before) && newRoot.SequenceEqual(after);
    }

    /// <summary>A node without a right sibling rises unhashed to the level where it is a right one.</summary>
    private static (long Node, long Last) SkipLonely(long node, long last)
    {
        while ((node & 1) == 0 && node != 0)
            (node, last) = (node >> 1, last >> 1);
        return (node, last);
    }

    private static bool IsPowerOfTwo(long size) => (size & (size - 1)) == 0;
}
