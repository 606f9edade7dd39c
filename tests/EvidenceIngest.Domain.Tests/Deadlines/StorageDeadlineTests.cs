using System.Globalization;
using EvidenceIngest.Domain.Deadlines;

namespace EvidenceIngest.Domain.Tests.Deadlines;

public sealed class StorageDeadlineTests
{
    private static readonly TimeZoneInfo Shanghai = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");

    [Theory]
    [InlineData("2026-11-16T09:00", "2026-11-18", "an ordinary Monday")]
    [InlineData("2026-11-19T23:59", "2026-11-23", "Thursday: Friday and Monday")]
    [InlineData("2026-11-20T00:00", "2026-11-24", "the first minute of a Friday")]
    [InlineData("2026-11-21T12:00", "2026-11-24", "a Saturday is not counted either")]
    [InlineData("2024-02-09T12:00", "2024-02-19", "the Spring Festival holiday, whose make-up Sunday 18 February counts")]
    [InlineData("2024-09-30T18:00", "2024-10-09", "the National Day week")]
    [InlineData("2019-09-30T18:00", "2019-10-09", "National Day 2019")]
    public void Two_working_days_after_the_day_of_recording(string recorded, string lastDay, string why)
    {
        var deadline = StorageDeadline.For(Local(recorded), WorkingDayCalendar.Shipped, Shanghai);
        Assert.True(Local(lastDay + "T23:59:59") == deadline.At, $"{why}: {deadline.At:o}");
        Assert.False(deadline.CalendarMissing);
    }

    [Fact]
    public void Every_day_of_eight_years_agrees_with_an_independent_count()
    {
        // Counted the other way round: the list of all working days, made straight from the data file's lines, then looked up.
        var lines = File.ReadLines(CalendarFile()).Where(l => l.StartsWith("20", StringComparison.Ordinal)).Select(l => l.Split(','));
        var moved = lines.ToDictionary(f => f[0], f => f[1], StringComparer.Ordinal);
        var first = new DateOnly(2019, 1, 1);
        var days = Enumerable.Range(0, new DateOnly(2027, 1, 1).DayNumber - first.DayNumber).Select(first.AddDays).ToArray();
        var working = days.Where(d => moved.TryGetValue(d.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), out var kind)
            ? kind == "workday"
            : "12345".Contains(((int)d.DayOfWeek).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)).ToArray();
        foreach (var day in days.Where(d => d < working[^2]))
        {
            var second = working.Where(d => d > day).ElementAt(1);
            var noon = new DateTimeOffset(day.ToDateTime(new TimeOnly(12, 0)), TimeSpan.FromHours(8));
            var deadline = StorageDeadline.For(noon, WorkingDayCalendar.Shipped, Shanghai);
            Assert.Equal(new DateTimeOffset(second.ToDateTime(new TimeOnly(23, 59, 59)), TimeSpan.FromHours(8)), deadline.At);
            Assert.False(deadline.CalendarMissing);
        }
    }

    [Fact]
    public void The_day_is_the_agencys_not_utc()
    {
        var deadline = StorageDeadline.For(DateTimeOffset.Parse("2026-11-16T17:00Z", CultureInfo.InvariantCulture), WorkingDayCalendar.Shipped, Shanghai);
        Assert.Equal(Local("2026-11-19T23:59:59"), deadline.At);
    }

    [Fact]
    public void The_last_second_is_in_time_and_the_next_is_not()
    {
        var deadline = StorageDeadline.For(Local("2026-11-16T09:00"), WorkingDayCalendar.Shipped, Shanghai);
        Assert.True(deadline.IsMetBy(Local("2026-11-18T23:59:59")));
        Assert.True(deadline.IsMetBy(Local("2026-11-18T23:59:59").AddMilliseconds(999)));
        Assert.False(deadline.IsMetBy(Local("2026-11-19T00:00:00")));
    }

    [Theory]
    [InlineData("2026-12-31T10:00")]
    [InlineData("2031-05-05T10:00")]
    public void A_year_without_a_notice_is_said_never_guessed_silently(string recorded) =>
        Assert.True(StorageDeadline.For(Local(recorded), WorkingDayCalendar.Shipped, Shanghai).CalendarMissing);

    [Theory]
    [InlineData("2026-02-30,holiday,x", "line 1")]
    [InlineData("2026-01-01,feast,x", "line 1")]
    [InlineData("2026-01-01,holiday,x\n2026-01-01,workday,x", "line 2")]
    public void A_broken_calendar_names_its_line(string csv, string where) =>
        Assert.Contains(where, Assert.Throws<FormatException>(() => WorkingDayCalendar.Parse(new StringReader(csv))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_deadline_shows_the_days_that_were_counted_and_those_that_were_not()
    {
        var deadline = StorageDeadline.For(Local("2026-09-30T10:00"), WorkingDayCalendar.Shipped, Shanghai);

        Assert.Equal(0, deadline.Days[0].Counted);
        Assert.Equal("国庆节", deadline.Days[1].Occasion);
        Assert.Equal(["2026-10-08", "2026-10-09"], deadline.Days.Where(d => d.Counted > 0).Select(d => d.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
        Assert.Equal(deadline.Days.Count, deadline.Days[^1].Day.DayNumber - deadline.Days[0].Day.DayNumber + 1);
        Assert.Equal(DayKind.MadeUp, WorkingDayCalendar.Shipped.Describe(new DateOnly(2026, 10, 10)).Kind);
    }

    [Fact]
    public void A_notice_takes_the_place_of_its_year_alone()
    {
        // Invented days.
        const string Notice = "date,kind,occasion\n2026-12-31,holiday,元旦\n2027-01-01,holiday,元旦\n2027-02-05,holiday,春节\n2027-02-08,holiday,春节\n2027-02-09,holiday,春节\n2027-02-13,workday,春节\n";
        var calendar = WorkingDayCalendar.Shipped.With(WorkingDayCalendar.ParseNotice(2027, new StringReader(Notice)));

        Assert.True(calendar.Covers(2027));
        Assert.False(calendar.IsWorkingDay(new DateOnly(2026, 12, 31)));
        Assert.True(calendar.IsWorkingDay(new DateOnly(2027, 2, 13)));
        Assert.False(calendar.IsWorkingDay(new DateOnly(2026, 10, 1)));
        var corrected = calendar.With(WorkingDayCalendar.ParseNotice(2027, new StringReader(Notice.Replace("2027-02-09,holiday", "2027-02-10,holiday", StringComparison.Ordinal))));
        Assert.True(corrected.IsWorkingDay(new DateOnly(2027, 2, 9)));
    }

    [Theory]
    [InlineData("2027-01-01,holiday,x", "fewer than 5")]
    [InlineData("2028-01-01,holiday,x", "does not belong")]
    [InlineData("2026-11-30,holiday,x", "does not belong")]
    [InlineData("2027-01-04,workday,x", "working day anyway")]
    public void A_notice_that_can_t_be_one_is_refused(string csv, string why) =>
        Assert.Contains(why, Assert.Throws<FormatException>(() => WorkingDayCalendar.ParseNotice(2027, new StringReader(csv))).Message, StringComparison.Ordinal);

    private static DateTimeOffset Local(string text) =>
        DateTimeOffset.Parse(text + "+08:00", CultureInfo.InvariantCulture);

    private static string CalendarFile([System.Runtime.CompilerServices.CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "../../../src/EvidenceIngest.Domain/Deadlines/china-workdays.csv");
}
