using System.Security.Cryptography;

namespace EvidenceIngest.Domain.Transparency;

/// <summary>The two hashes of RFC 6962, section 2.1; the prefixes keep a leaf from ever passing for a node.</summary>
public static class MerkleHash
{
    /// <summary>Bytes of every hash.</summary>
    public const int Bytes = SHA256.HashSizeInBytes;

    private const byte LeafPrefix = 0x00;
    private const byte NodePrefix = 0x01;

    /// <summary>Root of the tree without leaves.</summary>
    public static byte[] Empty => SHA256.HashData([]);

    public static byte[] Leaf(ReadOnlySpan<byte> data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([LeafPrefix]);
        hash.AppendData(data);
        return hash.GetHashAndReset();
    }

    public static byte[] Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> data = stackalloc byte[1 + (2 * Bytes)];
        data[0] = NodePrefix;
        left.CopyTo(data[1..]);
        right.CopyTo(data[(1 + Bytes)..]);
        return SHA256.HashData(data);
    }

    /// <summary>Root of a perfect tree over that many hashes, a power of two of them, one after the other.</summary>
    public static byte[] Perfect(ReadOnlySpan<byte> hashes)
    {
        if (hashes.Length == Bytes)
            return hashes.ToArray();
        var half = hashes.Length / 2;
        return Node(Perfect(hashes[..half]), Perfect(hashes[half..]));
    }
}
