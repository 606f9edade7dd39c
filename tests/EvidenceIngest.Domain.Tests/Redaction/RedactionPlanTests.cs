using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Redaction;
using EvidenceIngest.Domain.Transcripts;

namespace EvidenceIngest.Domain.Tests.Redaction;

public sealed class RedactionPlanTests
{
    private static readonly Transcript Talk = new(
        "ev-1", 3, "zh", TranscriptState.Draft, "engine",
        [
            Segment(1, 5, "我 叫 赵敏 住 东路", ("我", 1, 1.5), ("叫", 1.5, 2), ("赵敏", 2, 3), ("住", 3, 4), ("东路", 4, 5)),
            new TranscriptSegment(6, 8, "赵敏", "电话是多少"),
            new TranscriptSegment(null, null, null, "没有时间"),
            Segment(10, 12, "与词不符", ("别的", 10, 11), ("词", 11, 12)),
        ],
        DateTimeOffset.UnixEpoch, "server:a", null, null);

    /// <summary>Wherever a region is at any moment of an interval, what is said of the interval covers it.</summary>
    [Fact]
    public void What_is_covered_over_a_time_covers_every_moment_of_it()
    {
        var random = new Random(7);
        for (var round = 0; round < 2000; round++)
        {
            var keys = Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.NextDouble() * 10).Distinct().Order()
                .Select(at => new RegionKeyFrame(at, random.NextDouble() / 2, random.NextDouble() / 2, 0.005 + (random.NextDouble() / 3), 0.005 + (random.NextDouble() / 3))).ToList();
            var path = new RegionPath(new CoveredRegion(CoverMode.Black, keys, keys[0].At, keys.Count > 1 ? keys[^1].At : null), 11);
            var (from, to) = (random.NextDouble() * 11, random.NextDouble() * 11);
            if (from > to)
                (from, to) = (to, from);
            for (var i = 0; i < 20; i++)
            {
                var at = from + (random.NextDouble() * (to - from));
                if (at < path.From || at >= path.To)
                    continue;
                var (box, whole) = (path.At(at), path.Over(from, to)!.Value);
                Assert.True(whole.Left <= box.Left + 1e-9 && whole.Top <= box.Top + 1e-9 && whole.Right >= box.Right - 1e-9 && whole.Bottom >= box.Bottom - 1e-9, $"round {round} at {at}");
            }
        }
    }

    [Fact]
    public void A_region_that_reaches_the_end_covers_what_containers_don_t_count()
    {
        var path = new RegionPath(new CoveredRegion(CoverMode.Black, [new RegionKeyFrame(0, 0, 0, 1, 1)], 0, 10), 10);
        Assert.NotNull(path.Over(10.5, 11));
        Assert.Null(new RegionPath(new CoveredRegion(CoverMode.Black, [new RegionKeyFrame(0, 0, 0, 1, 1)], 0, 9), 10).Over(9, 11));
    }

    [Theory]
    [InlineData(0, 2, 2, "我 叫 ■■ 住 东路")]
    [InlineData(0, 2, 4, "我 叫 ■■")]
    [InlineData(0, 0, 0, "■■ 叫 赵敏 住 东路")]
    [InlineData(0, null, null, "■■")]
    public void Hidden_words_become_one_mark_however_many_they_are(int segment, int? first, int? last, string expected)
    {
        var text = RedactedText.Plain(Talk, new RedactionPlan(Transcript: 3, Words: [new HushedWords(HushMode.Mute, segment, first, last)]), 60);
        Assert.Contains("] " + expected + "\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_can_t_be_heard_can_t_be_read_and_in_doubt_all_of_a_segment_goes()
    {
        var lines = RedactedText.Plain(Talk, new RedactionPlan(Sounds: [new HushedSound(HushMode.Mute, 2.5, 6.5), new HushedSound(HushMode.Bleep, 11.5, 11.6)], Transcript: 3), 60).Split('\n');
        Assert.Contains("[00:00:01] 我 叫 ■■", lines);
        // Without times of words; without any times; with words that are not its text.
        Assert.Equal(3, lines.Count(l => l.EndsWith(RedactedText.Mark, StringComparison.Ordinal) && !l.Contains('我')));
        Assert.DoesNotContain(lines, l => l.Contains("赵敏", StringComparison.Ordinal) || l.Contains("电话", StringComparison.Ordinal) || l.Contains("没有时间", StringComparison.Ordinal) || l.Contains("与词", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(4, null, null, "plan.words[0].segment")]
    [InlineData(-1, null, null, "plan.words[0].segment")]
    [InlineData(2, null, null, "plan.words[0].segment")]
    [InlineData(1, 0, null, "plan.words[0].first")]
    [InlineData(0, 5, null, "plan.words[0]")]
    [InlineData(0, -1, null, "plan.words[0]")]
    [InlineData(0, 3, 2, "plan.words[0]")]
    [InlineData(0, 3, int.MaxValue, "plan.words[0]")]
    [InlineData(0, null, 2, "plan.words[0].last")]
    [InlineData(0, 1, 2, null)]
    [InlineData(1, null, null, null)]
    public void Words_that_are_not_there_are_refused(int segment, int? first, int? last, string? field) =>
        Assert.Equal(field, RedactionRules.Check(new RedactionPlan(Transcript: 3, Words: [new HushedWords(HushMode.Mute, segment, first, last)]), MediaKind.Audio, true, 60, Talk)?.Field);

    [Fact]
    public void A_plan_asks_for_nothing_that_the_recording_doesn_t_have()
    {
        RedactionPlan regions = new([new CoveredRegion(CoverMode.Black, [new RegionKeyFrame(0, 0, 0, 1, 1)])]), sounds = new(Sounds: [new HushedSound(HushMode.Mute)]);
        Assert.Equal("plan.regions", RedactionRules.Check(regions, MediaKind.Audio, true, 60, null)?.Field);
        Assert.Equal("plan.sounds", RedactionRules.Check(sounds, MediaKind.Video, false, 60, null)?.Field);
        Assert.Null(RedactionRules.Check(regions, MediaKind.Photo, false, RedactionRules.PhotoLength, null));
        Assert.Equal("plan.sounds[0].from", RedactionRules.Check(sounds, MediaKind.Video, true, 0, null)?.Field);
    }

    private static TranscriptSegment Segment(double start, double end, string text, params (string Text, double Start, double End)[] words) =>
        new(start, end, null, text) { Words = [.. words.Select(w => new TranscriptWord(w.Text, w.Start, w.End, 0.9))] };
}
