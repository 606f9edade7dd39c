namespace EvidenceIngest.Domain.Transparency;

/// <summary>That an event is in the log of which a head was signed. Hashes are lower-case hexadecimal.</summary>
/// <param name="LeafIndex">Its number in the log, from 0.</param>
/// <param name="TreeSize">Of the tree that the path leads to; the head has the same.</param>
/// <param name="LeafHash"><c>SHA-256(0x00 || event bytes)</c>, which is also the event's hash in its chain.</param>
/// <param name="Path">Siblings from the leaf upwards (RFC 6962, 2.1.1).</param>
public sealed record InclusionProof(long LeafIndex, long TreeSize, string LeafHash, IReadOnlyList<string> Path)
{
    public bool Holds(TreeHead head) =>
        head.TreeSize == TreeSize && HexHash.TryRead(LeafHash, out var leaf) && HexHash.TryRead(head.RootHash, out var root)
        && HexHash.TryRead(Path, out var path) && MerkleProof.Includes(leaf, LeafIndex, TreeSize, path, root);
}

/// <summary>That nothing of an earlier head was changed or dropped by a later one.</summary>
/// <param name="OldSize">The earlier head's size.</param>
/// <param name="NewSize">The later head's size.</param>
/// <param name="Path">As in RFC 6962, 2.1.2.</param>
public sealed record ConsistencyProof(long OldSize, long NewSize, IReadOnlyList<string> Path)
{
    public bool Holds(TreeHead older, TreeHead newer) =>
        older.TreeSize == OldSize && newer.TreeSize == NewSize
        && HexHash.TryRead(older.RootHash, out var oldRoot) && HexHash.TryRead(newer.RootHash, out var newRoot)
        && HexHash.TryRead(Path, out var path) && MerkleProof.Extends(OldSize, oldRoot, NewSize, newRoot, path);
}

/// <summary>Hashes as other people write them down.</summary>
internal static class HexHash
{
    public static bool TryRead(string text, out byte[] hash)
    {
        hash = new byte[MerkleHash.Bytes];
        return text.Length == 2 * MerkleHash.Bytes
            && Convert.FromHexString(text, hash, out _, out _) == System.Buffers.OperationStatus.Done;
    }

    public static bool TryRead(IReadOnlyList<string> texts, out byte[][] hashes)
    {
        hashes = new byte[texts.Count][];
        for (var i = 0; i < texts.Count; i++)
        {
            if (!TryRead(texts[i], out hashes[i]))
                return false;
        }

        return true;
    }
}
