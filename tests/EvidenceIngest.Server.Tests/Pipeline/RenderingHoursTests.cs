using EvidenceIngest.Server.Pipeline;

namespace EvidenceIngest.Server.Tests.Pipeline;

public sealed class RenderingHoursTests
{
    private static readonly TimeZoneInfo Shanghai = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");

    [Theory]
    [InlineData("19:00", "07:00", "2026-11-20T22:00+08:00", "2026-11-20T22:00+08:00")]
    [InlineData("19:00", "07:00", "2026-11-20T06:59+08:00", "2026-11-20T06:59+08:00")]
    [InlineData("19:00", "07:00", "2026-11-20T07:00+08:00", "2026-11-20T19:00+08:00")]
    [InlineData("19:00", "07:00", "2026-11-20T19:00+08:00", "2026-11-20T19:00+08:00")]
    [InlineData("01:00", "05:00", "2026-11-20T05:00+08:00", "2026-11-21T01:00+08:00")]
    [InlineData("01:00", "05:00", "2026-12-31T23:00+08:00", "2027-01-01T01:00+08:00")]
    public void Rendering_begins_within_its_hours(string from, string until, string now, string begins) =>
        Assert.Equal(DateTimeOffset.Parse(begins, null), new RenderingHours(TimeOnly.Parse(from, null), TimeOnly.Parse(until, null)).NextFrom(DateTimeOffset.Parse(now, null), Shanghai));

    [Fact]
    public void An_hour_that_a_clock_leaves_out_does_not_stop_it()
    {
        // In Berlin 2:00 to 3:00 did not exist on that day.
        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        var begins = new RenderingHours(new TimeOnly(2, 15), new TimeOnly(4, 0)).NextFrom(new DateTimeOffset(2026, 3, 29, 0, 30, 0, TimeSpan.FromHours(1)), berlin);
        Assert.Equal(new DateTimeOffset(2026, 3, 29, 3, 15, 0, TimeSpan.FromHours(2)), begins);
    }
}
