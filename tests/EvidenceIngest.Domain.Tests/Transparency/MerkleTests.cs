using System.Security.Cryptography;
using EvidenceIngest.Domain.Transparency;

namespace EvidenceIngest.Domain.Tests.Transparency;

public sealed class MerkleTests
{
    private const int Most = 70;

    private static readonly byte[][] Leaves = [.. Enumerable.Range(0, Most).Select(i => MerkleHash.Leaf([(byte)i]))];

    /// <summary>The eight leaves and roots that Certificate Transparency's implementations test with (google/certificate-transparency).</summary>
    [Fact]
    public void Roots_are_those_of_other_implementations()
    {
        string[] data = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
        string[] roots =
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        var tree = new MerkleAccumulator();
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Convert.ToHexStringLower(tree.Root()));
        for (var i = 0; i < data.Length; i++)
        {
            tree.Add(MerkleHash.Leaf(Convert.FromHexString(data[i])));
            Assert.Equal(roots[i], Convert.ToHexStringLower(tree.Root()));
        }
    }

    [Fact]
    public void Plans_lead_to_the_roots_of_the_definition()
    {
        var tree = new MerkleAccumulator();
        for (var size = 0; size < Most; size++)
        {
            var defined = Defined(0, size);
            Assert.Equal(defined, MerkleTree.Root(size).Hash(Stored));
            Assert.Equal(defined, tree.Root());
            tree.Add(Leaves[size]);
        }
    }

    [Fact]
    public void Every_leaf_is_proven_in_every_tree_and_nowhere_else()
    {
        for (var size = 1; size < Most; size++)
        {
            var root = Defined(0, size);
            for (var leaf = 0; leaf < size; leaf++)
            {
                var path = Hash(MerkleTree.Inclusion(leaf, size));
                Assert.True(MerkleProof.Includes(Leaves[leaf], leaf, size, path, root));
                Assert.False(MerkleProof.Includes(Leaves[(leaf + 1) % Most], leaf, size, path, root));
                Assert.False(MerkleProof.Includes(Leaves[leaf], leaf + 1, size, path, root));
                Assert.False(MerkleProof.Includes(Leaves[leaf], leaf, size, [.. path, root], root));
                Assert.False(path.Length > 0 && MerkleProof.Includes(Leaves[leaf], leaf, size, path[1..], root));
                for (var i = 0; i < path.Length; i++)
                    Assert.False(MerkleProof.Includes(Leaves[leaf], leaf, size, Turned(path, i), root));
            }
        }
    }

    [Fact]
    public void Every_tree_is_proven_to_extend_every_smaller_one_and_no_other()
    {
        for (var size = 1; size < Most; size++)
        {
            var root = Defined(0, size);
            for (var old = 0; old <= size; old++)
            {
                var (oldRoot, path) = (Defined(0, old), Hash(MerkleTree.Consistency(old, size)));
                Assert.True(MerkleProof.Extends(old, oldRoot, size, root, path));
                Assert.False(MerkleProof.Extends(old, SHA256.HashData(oldRoot), size, root, path));
                Assert.False(MerkleProof.Extends(old, oldRoot, size, root, [.. path, root]));
                Assert.False(old > 0 && MerkleProof.Extends(old, oldRoot, size, SHA256.HashData(root), path));
                for (var i = 0; i < path.Length; i++)
                    Assert.False(MerkleProof.Extends(old, oldRoot, size, root, Turned(path, i)));
            }
        }
    }

    [Theory]
    [InlineData(-1, 5)]
    [InlineData(5, 5)]
    [InlineData(0, 0)]
    public void Proofs_of_what_is_not_there_are_refused(long leaf, long size)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleTree.Inclusion(leaf, size));
        Assert.False(MerkleProof.Includes(Leaves[0], leaf, size, [], Leaves[0]));
    }

    [Fact]
    public void Hashes_of_another_length_prove_nothing()
    {
        var root = Defined(0, 2);
        Assert.False(MerkleProof.Includes(Leaves[0], 0, 2, [Leaves[1][..31]], root));
        Assert.False(MerkleProof.Extends(1, Leaves[0], 2, root, [[.. Leaves[1], 0]]));
        var head = new TreeHead(2, Convert.ToHexStringLower(root), DateTimeOffset.UnixEpoch, "s", "");
        Assert.True(new InclusionProof(0, 2, Convert.ToHexStringLower(Leaves[0]), [Convert.ToHexStringLower(Leaves[1])]).Holds(head));
        Assert.False(new InclusionProof(0, 2, Convert.ToHexStringLower(Leaves[0]), ["zz"]).Holds(head));
        Assert.False(new InclusionProof(0, 3, Convert.ToHexStringLower(Leaves[0]), [Convert.ToHexStringLower(Leaves[1])]).Holds(head));
    }

    private static byte[] Stored(PerfectNode node) => Defined((int)node.FirstLeaf, (int)(node.FirstLeaf + node.Leaves));

    private static byte[][] Hash(IReadOnlyList<MerkleRange> plan) => [.. plan.Select(range => range.Hash(Stored))];

    private static byte[][] Turned(byte[][] path, int which) => [.. path.Select((hash, i) => i == which ? SHA256.HashData(hash) : hash)];

    /// <summary>RFC 6962, section 2.1, word for word.</summary>
    private static byte[] Defined(int from, int to)
    {
        if (to - from == 0)
            return SHA256.HashData([]);
        if (to - from == 1)
            return Leaves[from];
        var k = 1;
        while (k * 2 < to - from)
            k *= 2;
        return SHA256.HashData([1, .. Defined(from, from + k), .. Defined(from + k, to)]);
    }
}
