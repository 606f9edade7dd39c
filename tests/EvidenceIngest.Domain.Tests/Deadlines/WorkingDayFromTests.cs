using System.Globalization;
using EvidenceIngest.Domain.Deadlines;

namespace EvidenceIngest.Domain.Tests.Deadlines;

/// <summary>On which working day somebody is told of what falls on a day, around the holidays of 2026.</summary>
public sealed class WorkingDayFromTests
{
    [Theory]
    [InlineData("2026-10-09", 0, "2026-10-09")]
    [InlineData("2026-10-09", -1, "2026-10-08")]
    [InlineData("2026-10-09", -2, "2026-09-30")]
    // Saturday the 10th is worked.
    [InlineData("2026-10-09", 1, "2026-10-10")]
    [InlineData("2026-10-09", 2, "2026-10-12")]
    // A day off: the last working day before it, and the first after it.
    [InlineData("2026-10-04", 0, "2026-09-30")]
    [InlineData("2026-10-04", -1, "2026-09-29")]
    [InlineData("2026-10-04", 1, "2026-10-08")]
    // Without a notice weekends alone are off.
    [InlineData("2031-01-05", 0, "2031-01-03")]
    public void Reminders_fall_on_days_when_somebody_is_there(string day, int workingDays, string expected) =>
        Assert.Equal(Day(expected), WorkingDayCalendar.Shipped.WorkingDayFrom(Day(day), workingDays));

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
