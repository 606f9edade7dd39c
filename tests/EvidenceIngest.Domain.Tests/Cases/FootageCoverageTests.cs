using EvidenceIngest.Domain.Cases;

namespace EvidenceIngest.Domain.Tests.Cases;

public sealed class FootageCoverageTests
{
    private static readonly DateTimeOffset Nine = new(2026, 11, 20, 9, 0, 0, TimeSpan.FromHours(8));
    private static readonly FootageSpan Act = Span(0, 3600);

    [Fact]
    public void What_is_recorded_by_turns_has_no_gap()
    {
        Assert.Empty(FootageCoverage.Gaps(Act, [Span(1795, 3700), Span(-60, 1800)], TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void What_nothing_covers_is_one_gap_from_start_to_end()
    {
        Assert.Equal([Act], FootageCoverage.Gaps(Act, [Span(-600, -1), Span(3601, 4000), Span(100, 100)], TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void A_stretch_as_long_as_the_tolerance_is_none_and_a_longer_one_is()
    {
        Assert.Empty(FootageCoverage.Gaps(Act, [Span(0, 1000), Span(1010, 3590)], TimeSpan.FromSeconds(10)));
        Assert.Equal([Span(1000, 1011), Span(3589, 3600)], FootageCoverage.Gaps(Act, [Span(0, 1000), Span(1011, 3589)], TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void A_long_recording_is_not_forgotten_for_a_short_one_inside_it()
    {
        Assert.Empty(FootageCoverage.Gaps(Act, [Span(0, 3600), Span(10, 20)], TimeSpan.Zero));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Gaps_are_the_seconds_that_a_count_second_by_second_finds(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var act = Span(random.Next(0, 40), random.Next(40, 120));
            var recordings = Enumerable.Range(0, random.Next(6)).Select(_ => random.Next(-20, 130)).Select(from => Span(from, from + random.Next(0, 40))).ToList();

            var gaps = FootageCoverage.Gaps(act, recordings, TimeSpan.Zero);

            for (var second = -20; second < 140; second++)
            {
                var middle = Nine.AddSeconds(second + 0.5);
                var isOpen = act.From < middle && middle < act.To && !recordings.Exists(r => r.From < middle && middle < r.To);
                Assert.True(gaps.Any(g => g.From < middle && middle < g.To) == isOpen, $"seed {seed}, round {round}, second {second}");
            }
        }
    }

    private static FootageSpan Span(int from, int to) => new(Nine.AddSeconds(from), Nine.AddSeconds(to));
}
