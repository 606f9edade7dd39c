using EvidenceIngest.Domain.Transcripts;

namespace EvidenceIngest.Domain.Tests.Transcripts;

public sealed class TranscriptTextTests
{
    [Fact]
    public void What_was_typed_is_read_with_its_times_and_speakers()
    {
        var segments = TranscriptLines.Parse(["[00:01:05-00:01:09.250] 张三：请出示证件", "", "没有时间的一段", "  [1:00:00] 李四: 好：的  "]);

        Assert.Equal(
            [
                new TranscriptSegment(65, 69.25, "张三", "请出示证件"),
                new TranscriptSegment(null, null, null, "没有时间的一段"),
                new TranscriptSegment(3600, null, "李四", "好：的"),
            ],
            segments);
    }

    [Theory]
    [InlineData("[00:99:05] 一")]
    [InlineData("[1.2.3] 一")]
    public void A_time_that_is_none_names_its_line(string line) =>
        Assert.Contains("line 2", Assert.Throws<FormatException>(() => TranscriptLines.Parse(["一", line])).Message, StringComparison.Ordinal);

    [Fact]
    public void Cues_can_t_be_broken_out_of()
    {
        var hostile = Make(new TranscriptSegment(0, 3601.5, "<b>", "一\n\n00:00:00.000 --> 00:00:01.000\n<script> & 二"));

        Assert.Equal(
            "WEBVTT\n\n00:00:00.000 --> 01:00:01.500\n<v &lt;b&gt;>一  00:00:00.000 --&gt; 00:00:01.000 &lt;script&gt; &amp; 二\n",
            TranscriptText.WebVtt(hostile));
    }

    [Fact]
    public void Without_times_there_is_text_and_no_cues()
    {
        var untimed = Make(new TranscriptSegment(5, null, "张三", "请出示证件"), new TranscriptSegment(null, null, null, "好"));

        Assert.Null(TranscriptText.WebVtt(untimed));
        Assert.Equal("[00:00:05] 张三：请出示证件\n好\n", TranscriptText.Plain(untimed));
    }

    private static Transcript Make(params TranscriptSegment[] segments) =>
        new(1, "zh", TranscriptState.Corrected, Transcript.ByPerson, segments, DateTimeOffset.UnixEpoch, "王芳");
}
