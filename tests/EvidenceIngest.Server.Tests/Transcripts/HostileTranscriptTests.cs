using System.Net;
using System.Net.Http.Json;
using System.Text;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Transcripts;

namespace EvidenceIngest.Server.Tests.Transcripts;

/// <summary>Transcripts as nobody should send them: refused with the field's name, and nothing is kept.</summary>
public sealed class HostileTranscriptTests(PrivateCluster cluster) : TranscriptFixture(cluster)
{
    [Fact]
    public async Task What_is_no_transcript_is_refused_and_its_field_named()
    {
        var good = new TranscriptSegment(0, 1, null, "好");
        foreach (var (why, request) in new (string, TranscriptRequest)[]
        {
            ("language", Make("中文", good)), ("language", Make("zh\n", good)), ("language", Make("zh" + string.Concat(Enumerable.Repeat("-abcdefgh", 50)), good)),
            ("segments: must be 1 to 20000", Make("zh")),
            ("segments: must be 1 to 20000", Make("zh", [.. Enumerable.Repeat(good, TranscriptRules.MostSegments + 1)])),
            ("segments[0].text: must not be empty", Make("zh", good with { Text = " " })),
            ("segments[1].text: contains control", Make("zh", good, good with { Text = "a\u0000b" })),
            ("segments[0].text: contains control", Make("zh", good with { Text = "一\n\n00:00.000 --> 00:01.000" })),
            ("segments[0].text: contains U+202E", Make("zh", good with { Text = "罪认\u202E不" })),
            ("segments[0].text: contains U+2067", Make("zh", good with { Text = "\u2067一" })),
            ("segments[0].text: contains U+2028", Make("zh", good with { Text = "一\u2028NOTE" })),
            ("segments[0].text: contains U+E0041", Make("zh", good with { Text = "一\U000E0041" })),
            ("segments[0].text: is longer than 5000", Make("zh", good with { Text = new string('长', 5001) })),
            ("segments[0].speaker: must not be empty", Make("zh", good with { Speaker = "" })),
            ("segments[0].speaker: contains U+202D", Make("zh", good with { Speaker = "张\u202D三" })),
            ("segments[0].speaker: is longer", Make("zh", good with { Speaker = new string('长', 101) })),
            ("segments[0]: must have times from 0", Make("zh", good with { Start = -1 })),
            ("segments[0]: must have times from 0", Make("zh", good with { End = 1e9 })),
            ("segments[0]: must end at least", Make("zh", good with { Start = 2 })),
            ("segments[0]: must end at least", Make("zh", good with { End = 0.0004 })),
            ("segments[0]: has an end and no start", Make("zh", good with { Start = null })),
            ("segments[2]: starts before the segment above", Make("zh", new(5, 6, null, "一"), new(null, null, null, "二"), new(4.999, 7, null, "三"))),
            ("why: must not be empty", Make("zh", good) with { Why = "" }),
        })
        {
            using var answer = await Custodian.PutAsJsonAsync(Path(), request, EvidenceJson.Options);
            var said = await TestDock.RefusedAsync(answer, HttpStatusCode.BadRequest);
            // The field, then the reason in Chinese, then in English.
            Assert.All(why.Split(": "), part => Assert.Contains(part, said, StringComparison.Ordinal));
        }

        Assert.Empty(await VersionsAsync(Custodian));
    }

    [Theory]
    [InlineData("""{"language":"zh","segments":null,"follows":0,"why":"一"}""")]
    [InlineData("""{"language":"zh","segments":[null],"follows":0,"why":"一"}""")]
    [InlineData("""{"language":"zh","segments":[{"start":NaN,"end":null,"speaker":null,"text":"好"}],"follows":0,"why":"一"}""")]
    [InlineData("""{"language":"zh","segments":[{"start":"NaN","end":null,"speaker":null,"text":"好"}],"follows":0,"why":"一"}""")]
    [InlineData("""{"language":"zh","segments":[{"start":1e999,"end":null,"speaker":null,"text":"好"}],"follows":0,"why":"一"}""")]
    [InlineData("""{"language":"zh","segments":[{"start":0,"end":-1e999,"speaker":null,"text":"好"}],"follows":0,"why":"一"}""")]
    [InlineData("""{"language":"zh","segments":[{"start":0,"end":1,"speaker":null,"text":"\ud800"}],"follows":0,"why":"一"}""")]
    [InlineData("""{"language":"zh","segments":[{"start":0,"end":1,"speaker":"\udc00\ud800","text":"好"}],"follows":0,"why":"一"}""")]
    [InlineData("""{"language":"zh","segments":[{"start":0,"end":1,"speaker":null,"text":"好"}],"follows":99999999999,"why":"一"}""")]
    [InlineData("""{"language":"zh","segments":[{"start":0,"end":1,"speaker":null}],"follows":0,"why":"一"}""")]
    [InlineData("""{"language":null,"segments":[],"follows":0,"why":"一"}""")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[")]
    public async Task Json_that_is_none_of_it_is_refused(string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await Custodian.PutAsync(Path(), content);

        await TestDock.RefusedAsync(answer, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Ten_megabytes_are_refused_before_they_are_read_whole_and_the_most_that_is_taken_is_kept()
    {
        using var content = new StringContent(new string('长', 4 << 20), Encoding.UTF8, "application/json");
        using var answer = await Custodian.PutAsync(Path(), content);
        Assert.Contains("larger than", await TestDock.RefusedAsync(answer, HttpStatusCode.RequestEntityTooLarge), StringComparison.Ordinal);

        TranscriptSegment[] most = [.. Enumerable.Range(0, TranscriptRules.MostSegments).Select(i => new TranscriptSegment(i * 0.01, (i * 0.01) + 0.01, "当事人", new string('话', 80)))];
        var written = await WriteAsync(0, most);
        using var read = await Custodian.GetAsync(Path());
        Assert.Equal(most, (await TestDock.ReadAsync<Transcript>(read)).Segments);
        Assert.Equal(1, written.Version);
    }

    [Fact]
    public async Task Words_after_the_recordings_end_are_refused_once_its_length_is_known()
    {
        // The inspector's stand-in says five minutes a file.
        await WriteAsync(0, new TranscriptSegment(3600, 3601, null, "长度未知"));
        await Server.RunAsync(Item, Stage.Inspect);

        using var late = await PutAsync(1, [new(0, 1, null, "一"), new(299, 302, null, "二")]);
        Assert.Contains("segments[1]: 第 302 秒超出录制时长（300 秒）", await TestDock.RefusedAsync(late, HttpStatusCode.BadRequest), StringComparison.Ordinal);
        using var started = await PutAsync(1, [new(301.5, null, null, "一")]);
        await TestDock.RefusedAsync(started, HttpStatusCode.BadRequest);
        await WriteAsync(1, new TranscriptSegment(299, 300.9, null, "最后一句"));

        var chapters = await SealedAsync(MediaKind.Video, "chapter one", "chapter two");
        await Server.RunAsync(chapters, Stage.Inspect);
        using var second = await PutAsync(0, [new(500, 600, null, "第二个文件里")], item: chapters);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
    }

    [Fact]
    public async Task People_talk_at_the_same_time_and_write_what_their_scripts_need()
    {
        TranscriptSegment[] words = [new(1, 9, "甲", "我先说"), new(1, 2, "乙", "不，我说"), new(1.5, 8, "ئەلى", "سالام\u200F می\u200Cخواهم 𠮷 -->")];

        Assert.Equal(words, (await WriteAsync(0, words)).Segments);
    }

    private static TranscriptRequest Make(string language, params TranscriptSegment[] segments) => new(language, segments, 0, "首次整理");
}
