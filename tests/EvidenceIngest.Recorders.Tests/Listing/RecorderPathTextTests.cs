using System.Text;
using EvidenceIngest.Recorders.Listing;

namespace EvidenceIngest.Recorders.Tests.Listing;

public sealed class RecorderPathTextTests
{
    [Theory]
    [InlineData("DCIM/执法 001.mp4", "DCIM/执法 001.mp4")]
    [InlineData("100%.mp4", "100%25.mp4")]
    [InlineData("a\nb\u0085", "a%0Ab%C2%85")]
    [InlineData("right\u202eleft", "right%E2%80%AEleft")]
    [InlineData("zero\u200bwidth", "zero%E2%80%8Bwidth")]
    [InlineData("😀.mp4", "😀.mp4")]
    public void Utf8_stays_and_what_nobody_can_see_is_escaped(string name, string shown) =>
        Assert.Equal(shown, RecorderPathText.FromRaw(Encoding.UTF8.GetBytes(name)));

    [Fact]
    public void Invalid_bytes_are_escaped_one_by_one() =>
        Assert.Equal("%FFa%E4%BD/%C0%AE%ED%A0%80", RecorderPathText.FromRaw([0xff, (byte)'a', 0xe4, 0xbd, (byte)'/', 0xc0, 0xae, 0xed, 0xa0, 0x80]));

    [Theory]
    [InlineData("100%")]
    [InlineData("%2")]
    [InlineData("%zz")]
    public void A_text_that_was_never_written_here_is_refused(string text) =>
        Assert.Throws<FormatException>(() => RecorderPathText.ToRaw(text));

    /// <summary>Leading back to the bytes is what makes two raw names never share a text.</summary>
    [Fact]
    public void Any_bytes_lead_there_and_back()
    {
        var random = new Random(28);
        byte[][] tricky = ["%"u8.ToArray(), "%25"u8.ToArray(), "25"u8.ToArray(), [0xe4, 0xbd], [0xe4, 0xbd, 0xa0], [0xf0, 0x9f, 0x98], [0xc2, 0x85], [0x0a]];
        for (var i = 0; i < 20_000; i++)
        {
            byte[] raw = [.. Enumerable.Range(0, random.Next(1, 6)).SelectMany(_ =>
                random.Next(2) == 0 ? tricky[random.Next(tricky.Length)] : [(byte)random.Next(1, 256)])];
            var text = RecorderPathText.FromRaw(raw);
            Assert.Equal(raw, RecorderPathText.ToRaw(text));
            Assert.DoesNotContain(text, char.IsControl);
        }
    }
}
