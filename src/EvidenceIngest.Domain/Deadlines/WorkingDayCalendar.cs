using System.Collections.Frozen;
using System.Globalization;

namespace EvidenceIngest.Domain.Deadlines;

/// <summary>
/// The Chinese working-day calendar: Monday to Friday, but for the days that the State Council's yearly notice moves (调休).
/// </summary>
public sealed class WorkingDayCalendar
{
    private readonly FrozenDictionary<DateOnly, MovedDay> _moved;
    private readonly FrozenSet<int> _years;

    private WorkingDayCalendar(Dictionary<DateOnly, MovedDay> moved, IEnumerable<int> years)
    {
        _moved = moved.ToFrozenDictionary();
        _years = years.ToFrozenSet();
    }

    /// <summary>The calendar that ships with this version.</summary>
    public static WorkingDayCalendar Shipped { get; } = LoadShipped();

    /// <summary>Reads lines <c>date,kind,occasion</c> with kind <c>holiday</c> or <c>workday</c>; lines that start with # are notes.</summary>
    /// <exception cref="FormatException">Names the line that can't be read or stands twice.</exception>
    public static WorkingDayCalendar Parse(TextReader csv)
    {
        var moved = new Dictionary<DateOnly, MovedDay>();
        var number = 0;
        while (csv.ReadLine() is { } line)
        {
            number++;
            if (line.Length == 0 || line.StartsWith('#') || line.StartsWith("date,", StringComparison.Ordinal))
                continue;
            var fields = line.Split(',');
            if (fields.Length < 2
                || !DateOnly.TryParseExact(fields[0], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
                || fields[1] is not ("holiday" or "workday"))
            {
                throw new FormatException($"放假安排第 {number} 行应为“日期,holiday 或 workday,事由”，如 2026-10-01,holiday,国庆节 / calendar line {number}: expected 'yyyy-MM-dd,holiday|workday,occasion', found '{line}'");
            }

            if (!moved.TryAdd(day, new MovedDay(fields[1] == "workday", fields.ElementAtOrDefault(2))))
                throw new FormatException($"放假安排第 {number} 行：{fields[0]} 重复 / calendar line {number}: {fields[0]} stands twice");
        }

        return new WorkingDayCalendar(moved, moved.Keys.Select(day => day.Year));
    }

    /// <summary>The notice for one year: it may also move days of the December before.</summary>
    /// <exception cref="FormatException">A line can't be read, or says what no notice says.</exception>
    public static WorkingDayCalendar ParseNotice(int year, TextReader csv)
    {
        const int FewestDays = 5;
        var notice = Parse(csv);
        foreach (var (day, moved) in notice._moved.OrderBy(d => d.Key))
        {
            if (day.Year != year && (day.Year != year - 1 || day.Month != 12))
                throw new FormatException($"{day:yyyy-MM-dd} 不属于 {year} 年的放假安排 / {day:yyyy-MM-dd} does not belong to the notice for {year}");
            if (moved.IsWorking && day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))
                throw new FormatException($"{day:yyyy-MM-dd} 本来就是工作日 / {day:yyyy-MM-dd} is a {day.DayOfWeek}, which is a working day anyway");
        }

        return notice._moved.Keys.Count(day => day.Year == year) >= FewestDays
            ? new WorkingDayCalendar(notice._moved.ToDictionary(), [year])
            : throw new FormatException($"{year} 年调整的日期不足 {FewestDays} 天，不是完整的放假安排 / fewer than {FewestDays} days of {year} are moved: this is not the whole notice");
    }

    /// <summary>With another notice in place of what was known of its year.</summary>
    public WorkingDayCalendar With(WorkingDayCalendar notice)
    {
        var days = _moved.Where(d => !notice._years.Contains(d.Key.Year)).Concat(notice._moved).GroupBy(d => d.Key).ToDictionary(d => d.Key, d => d.Last().Value);
        return new WorkingDayCalendar(days, _years.Union(notice._years));
    }

    /// <summary>False when no notice for the year is in the table; then <see cref="IsWorkingDay"/> only knows weekends.</summary>
    public bool Covers(int year) => _years.Contains(year);

    public bool IsWorkingDay(DateOnly day) =>
        Describe(day).Kind is DayKind.Working or DayKind.MadeUp;

    /// <summary>
    /// The working day on which somebody is at work for what falls on <paramref name="day"/>: 0 is that day, or the last working day before it;
    /// -1 is one working day earlier; 1 is the first working day after it.
    /// </summary>
    public DateOnly WorkingDayFrom(DateOnly day, int workingDays)
    {
        while (workingDays <= 0 && !IsWorkingDay(day))
            day = day.AddDays(-1);
        for (var left = Math.Abs(workingDays); left > 0;)
        {
            day = day.AddDays(Math.Sign(workingDays));
            if (IsWorkingDay(day))
                left--;
        }

        return day;
    }

    /// <summary>What kind of day it is, and why it is no usual one.</summary>
    public (DayKind Kind, string? Occasion) Describe(DateOnly day) =>
        _moved.TryGetValue(day, out var moved) ? (moved.IsWorking ? DayKind.MadeUp : DayKind.Holiday, moved.Occasion)
        : (day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? DayKind.Weekend : DayKind.Working, null);

    /// <summary>The years that a notice is known for.</summary>
    public IReadOnlyList<int> Years => [.. _years.Order()];

    private static WorkingDayCalendar LoadShipped()
    {
        using var stream = typeof(WorkingDayCalendar).Assembly.GetManifestResourceStream("china-workdays.csv")
            ?? throw new InvalidOperationException("the calendar is not in the assembly");
        using var reader = new StreamReader(stream);
        return Parse(reader);
    }

    private sealed record MovedDay(bool IsWorking, string? Occasion);
}

public enum DayKind
{
    /// <summary>工作日</summary>
    Working,

    /// <summary>周末</summary>
    Weekend,

    /// <summary>放假</summary>
    Holiday,

    /// <summary>调休上班: a weekend that is worked.</summary>
    MadeUp,
}
