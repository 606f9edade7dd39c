using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Server.Transcription;
using EvidenceIngest.Server.Transcripts;

namespace EvidenceIngest.Server.Tests.Transcription;

public sealed class SpokenTextTests
{
    [Theory]
    [InlineData("请|出示|证件", "请出示证件")]
    [InlineData("please|show", "please show")]
    [InlineData("编号|A|一百", "编号 A 一百")]
    [InlineData("안녕|하세요", "안녕 하세요")]
    [InlineData("𠮷|野", "𠮷野")]
    [InlineData("", "")]
    [InlineData("a||b", "a b")]
    public void Words_are_joined_as_their_script_is_written(string words, string text) => Assert.Equal(text, SpokenText.Join(words.Split('|')));

    [Theory]
    [InlineData("  a\r\n\t b ", "a b")]
    [InlineData("a\u202Eb\u2066c\uFEFFd", "abcd")]
    [InlineData("a\u2028b\u0000c", "a b c")]
    [InlineData("\u200B\u202E", "")]
    public void What_can_t_be_seen_goes(string heard, string clean) => Assert.Equal(clean, SpokenText.Clean(heard));

    // As data of a test it would be mended before it came here.
    [Fact]
    public void Half_a_character_becomes_one_that_says_so() => Assert.Equal("\uFFFDx", SpokenText.Clean("\ud800x"));

    [Fact]
    public void A_day_of_talk_becomes_as_many_segments_as_a_person_may_send_back_and_no_word_is_lost()
    {
        TranscriptSegment[] talk = [.. Enumerable.Range(0, 50_000).Select(i => new TranscriptSegment(i, i + 1, i % 40_000 == 0 ? "甲" : null, "话" + i) { Words = [new TranscriptWord("话", i, i + 1, 0.5)] })];

        var folded = LongTalk.Fold(talk, TranscriptRules.MostSegments);

        Assert.InRange(folded.Count, 1, TranscriptRules.MostSegments);
        Assert.Equal(string.Concat(talk.Select(s => s.Text)), string.Concat(folded.Select(s => s.Text)).Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(50_000, folded.Sum(s => s.Words!.Count));
        Assert.Equal(2, folded.Count(s => s.Speaker == "甲"));
        TranscriptRules.Check(new TranscriptRequest("zh", folded, 0, "整理"));
        Assert.Throws<TranscriberFaultException>(() => LongTalk.Fold([.. Enumerable.Range(0, 3).Select(i => new TranscriptSegment(i, i + 1, null, new string('话', 4000)))], 2));
    }
}
