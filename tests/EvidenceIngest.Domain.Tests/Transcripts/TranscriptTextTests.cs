using System.Text;
using EvidenceIngest.Domain.Transcripts;

namespace EvidenceIngest.Domain.Tests.Transcripts;

public sealed class TranscriptTextTests
{
    [Fact]
    public void What_was_typed_is_read_with_its_times_and_speakers()
    {
        var segments = TranscriptLines.Parse(
            ["[00:01:05-00:01:09.250] 张三：请出示证件", "", "没有时间的一段", "  [1:00:00] 李四: 好：的\t吗  ", "【01：00：01－01：00：02】王五：宽字符", "[听不清] 两句"]);

        Assert.Equal(
            [
                new TranscriptSegment(65, 69.25, "张三", "请出示证件"),
                new TranscriptSegment(null, null, null, "没有时间的一段"),
                new TranscriptSegment(3600, null, "李四", "好：的 吗"),
                new TranscriptSegment(3601, 3602, "王五", "宽字符"),
                new TranscriptSegment(null, null, null, "[听不清] 两句"),
            ],
            segments);
    }

    [Fact]
    public void What_is_written_out_for_an_editor_is_read_again_as_the_same()
    {
        TranscriptSegment[] segments =
        [
            new(0, 0.001, "张三", "一"), new(3599.999, null, null, "二：三"), new(86400.5, 90000, "李四", "四：五"), new(null, null, null, "[00:00:01] 王五：六"), new(null, null, null, "：七"),
        ];

        Assert.Equal(segments, TranscriptLines.Parse(TranscriptLines.Write(segments).Split('\n')));
    }

    [Theory]
    [InlineData("[00:99:05] 一")]
    [InlineData("[1.2.3] 一")]
    [InlineData("[01:05] 一")]
    [InlineData("[00:00:01-00:00:02]")]
    [InlineData("张三：")]
    public void A_line_that_can_t_be_read_is_named(string line) =>
        Assert.Contains("line 2", Assert.Throws<FormatException>(() => TranscriptLines.Parse(["一", line])).Message, StringComparison.Ordinal);

    [Fact]
    public void Cues_can_t_be_broken_out_of()
    {
        var hostile = Make(
            new TranscriptSegment(0, 3601.5, "<b>\n\nNOTE", "一\n\n00:00:00.000 --> 00:00:01.000\n<script> & 二"), new TranscriptSegment(1, 2, null, "NOTE \u2028 STYLE"));

        Assert.Equal(
            "WEBVTT\n\n00:00:00.000 --> 01:00:01.500\n<v &lt;b&gt;  NOTE>一  00:00:00.000 --&gt; 00:00:01.000 &lt;script&gt; &amp; 二\n\n00:00:01.000 --> 00:00:02.000\nNOTE   STYLE\n",
            TranscriptText.WebVtt(hostile));
        Assert.Equal(2, TranscriptText.Plain(hostile).Count(c => c == '\n'));
    }

    [Fact]
    public void A_millisecond_apart_stays_a_millisecond_apart()
    {
        // Rounded to even, both would be 2 ms, and the cue would have no length.
        Assert.Contains("00:00:00.002 --> 00:00:00.003", TranscriptText.WebVtt(Make(new TranscriptSegment(0.0015, 0.0025, null, "一"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_times_there_is_text_and_no_cues()
    {
        var untimed = Make(new TranscriptSegment(5.9, null, "张三", "请出示证件"), new TranscriptSegment(null, null, null, "好"));

        Assert.Null(TranscriptText.WebVtt(untimed));
        Assert.Equal("[00:00:05] 张三：请出示证件\n好\n", TranscriptText.Plain(untimed));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-0.5)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e300)]
    public void A_time_that_is_none_is_never_shown(double seconds) =>
        Assert.Throws<FormatException>(() => TranscriptText.Plain(Make(new TranscriptSegment(seconds, null, null, "一"))));

    [Fact]
    public void Subtitles_for_older_players_have_no_mark_up_and_no_cue_of_somebody_elses()
    {
        var hostile = Make(new TranscriptSegment(0, 3601.5, "张三", "一\n\n2\n00:00:00,000 --> 00:00:01,000\n<i>二</i>"), new TranscriptSegment(3601.5, 90000, null, "好"));

        Assert.Equal(
            "1\n00:00:00,000 --> 01:00:01,500\n张三：一  2 00:00:00,000 --＞ 00:00:01,000 ＜i＞二＜/i＞\n\n2\n01:00:01,500 --> 25:00:00,000\n好\n", TranscriptText.SubRip(hostile));
        Assert.Null(TranscriptText.SubRip(Make(new TranscriptSegment(0, null, null, "一"))));
    }

    [Fact]
    public void A_draft_says_so_wherever_it_is_read()
    {
        var draft = Make(new TranscriptSegment(0, 1, null, "一"), new TranscriptSegment(1, 2, null, "二")) with { State = TranscriptState.Draft };

        foreach (var text in new[] { TranscriptText.Plain(draft), TranscriptText.WebVtt(draft)!, TranscriptText.SubRip(draft)! })
            Assert.Single(text.Split('\n'), "【机器初稿，未经人工核对】");
        foreach (var state in new[] { TranscriptState.Corrected, TranscriptState.Confirmed })
            Assert.DoesNotContain("机器初稿", TranscriptText.Plain(draft with { State = state }), StringComparison.Ordinal);
    }

    [Fact]
    public void Records_from_before_there_were_engines_are_read_and_written_as_they_were()
    {
        const string Old = """{"itemId":"ev-1","version":1,"language":"zh","state":"Corrected","source":"person","segments":[{"start":0,"end":2.5,"speaker":"张三","text":"请出示证件"}],"writtenAt":"2026-11-20T00:00:00+00:00","writtenBy":"王芳","confirmedAt":null,"confirmedBy":null}""";
        var read = EvidenceJson.FromBytes<Transcript>(Encoding.UTF8.GetBytes(Old));
        Assert.Null(read.Segments[0].Words);
        Assert.Equal(Old, Encoding.UTF8.GetString(EvidenceJson.ToBytes(read)));
        var heard = read with { Segments = [read.Segments[0] with { Words = [new TranscriptWord("请", 0, 0.5, 0.25)] }] };
        Assert.Contains("""
            "text":"请出示证件","words":[{"text":"请","start":0,"end":0.5,"confidence":0.25}]}
            """, Encoding.UTF8.GetString(EvidenceJson.ToBytes(heard)), StringComparison.Ordinal);
        Assert.Equal(0.25, EvidenceJson.FromBytes<Transcript>(EvidenceJson.ToBytes(heard)).Segments[0].Words![0].Confidence);
    }

    private static Transcript Make(params TranscriptSegment[] segments) =>
        new("ev-1", 1, "zh", TranscriptState.Corrected, Transcript.ByPerson, segments, DateTimeOffset.UnixEpoch, "王芳", null, null);
}
