namespace EvidenceIngest.Domain.Transparency;

/// <summary>Computes a tree's root leaf by leaf, keeping one hash for each bit of the size.</summary>
public sealed class MerkleAccumulator
{
    private readonly List<byte[]?> _perfect = [];

    public long Size { get; private set; }

    public void Add(byte[] leafHash)
    {
        var carried = leafHash;
        var level = 0;
        for (; level < _perfect.Count && _perfect[level] is { } left; level++)
        {
            carried = MerkleHash.Node(left, carried);
            _perfect[level] = null;
        }

        if (level == _perfect.Count)
            _perfect.Add(carried);
        else
            _perfect[level] = carried;
        Size++;
    }

    public byte[] Root()
    {
        byte[]? root = null;
        foreach (var perfect in _perfect.OfType<byte[]>())
            root = root is null ? perfect : MerkleHash.Node(perfect, root);
        return root ?? MerkleHash.Empty;
    }
}
