using System.Security.Cryptography;
using System.Text;
using EvidenceIngest.Domain.Digests;

namespace EvidenceIngest.Domain.Tests.Digests;

public sealed class ContentHasherTests
{
    // Published vectors: FIPS 180-4 "abc", and GB/T 32905-2016 appendix A.1 "abc".
    private const string Sha256OfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    private const string Sm3OfAbc = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";

    [Fact]
    public void Published_vectors_come_out()
    {
        using var hasher = new ContentHasher(withSm3: true);
        hasher.Append("abc"u8);
        Assert.Equal(new ContentDigest(Sha256OfAbc, Sm3OfAbc), hasher.Finish());
    }

    [Fact]
    public void Pieces_hash_like_the_whole_and_a_finished_hasher_starts_anew()
    {
        using var hasher = new ContentHasher(withSm3: true);
        hasher.Append("something else"u8);
        hasher.Finish();
        hasher.Append("a"u8);
        hasher.Append("bc"u8);
        Assert.Equal(3, hasher.Length);
        Assert.Equal(new ContentDigest(Sha256OfAbc, Sm3OfAbc), hasher.Finish());
    }

    [Fact]
    public void A_prefix_digest_is_the_digest_of_what_came_before_and_disturbs_nothing()
    {
        using var hasher = new ContentHasher(withSm3: false);
        hasher.Append("ab"u8);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("ab"u8)), hasher.PrefixSha256());
        hasher.Append("c"u8);
        Assert.Equal(new ContentDigest(Sha256OfAbc), hasher.Finish());
    }

    [Fact]
    public async Task A_stream_is_read_to_its_end()
    {
        var content = new byte[3_000_001];
        new Random(7).NextBytes(content);
        var (digest, bytes) = await ContentHasher.HashAsync(new MemoryStream(content), withSm3: false, CancellationToken.None);
        Assert.Equal(content.Length, bytes);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), digest.Sha256);
    }

    [Theory]
    [InlineData("")]
    [InlineData("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD")]
    [InlineData("ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a")]
    public void What_is_no_digest_is_refused(string text) =>
        Assert.Throws<FormatException>(() => new ContentDigest(text));

    [Fact]
    public void A_side_without_Sm3_does_not_contradict_but_a_different_one_does()
    {
        var both = new ContentDigest(Sha256OfAbc, Sm3OfAbc);
        var other = new ContentDigest(Sha256OfAbc, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("x"))));
        Assert.True(both.Matches(new ContentDigest(Sha256OfAbc)));
        Assert.False(both.Matches(other));
    }
}
