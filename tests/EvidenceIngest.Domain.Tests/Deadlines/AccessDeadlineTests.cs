using System.Globalization;
using EvidenceIngest.Domain.Deadlines;

namespace EvidenceIngest.Domain.Tests.Deadlines;

public sealed class AccessDeadlineTests
{
    private static readonly TimeZoneInfo Shanghai = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");

    [Theory]
    [InlineData("2026-11-16", 5, "2026-11-23", "Monday: the day itself is not counted")]
    [InlineData("2026-11-21", 1, "2026-11-23", "a Saturday")]
    [InlineData("2024-02-08", 5, "2024-02-21", "the Spring Festival with its make-up Sunday")]
    [InlineData("2024-09-27", 5, "2024-10-10", "make-up Sunday and the National Day week")]
    public void Working_days_are_counted_from_the_day_after(string received, int term, string last, string why)
    {
        var deadline = AccessDeadline.For(Day(received), term, WorkingDayCalendar.Shipped, Shanghai);

        Assert.True(Day(last) == DateOnly.FromDateTime(deadline.At.DateTime), $"{why}: {deadline.At:O}");
        Assert.Equal(new TimeSpan(23, 59, 59), deadline.At.TimeOfDay);
        Assert.Equal(Enumerable.Range(0, term + 1).Cast<int?>(), deadline.Days.Select(d => d.Counted).Where(c => c is not null));
        Assert.False(deadline.CalendarMissing);
    }

    [Fact]
    public void A_year_without_a_notice_is_said_to_be_missing() =>
        Assert.True(AccessDeadline.For(new DateOnly(2026, 12, 30), 5, WorkingDayCalendar.Shipped, Shanghai).CalendarMissing);

    [Fact]
    public void A_term_has_at_least_a_day() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => AccessDeadline.For(new DateOnly(2026, 11, 16), 0, WorkingDayCalendar.Shipped, Shanghai));

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
