using System.Collections.Frozen;
using System.Globalization;

namespace EvidenceIngest.Domain.Deadlines;

/// <summary>
/// The Chinese working-day calendar: Monday to Friday, but for the days that the State Council's yearly notice moves (调休).
/// </summary>
public sealed class WorkingDayCalendar
{
    private readonly FrozenDictionary<DateOnly, bool> _moved;
    private readonly FrozenSet<int> _years;

    private WorkingDayCalendar(Dictionary<DateOnly, bool> moved)
    {
        _moved = moved.ToFrozenDictionary();
        _years = moved.Keys.Select(day => day.Year).ToFrozenSet();
    }

    /// <summary>The calendar that ships with this version.</summary>
    public static WorkingDayCalendar Shipped { get; } = LoadShipped();

    /// <summary>Reads lines <c>date,kind,occasion</c> with kind <c>holiday</c> or <c>workday</c>; lines that start with # are notes.</summary>
    /// <exception cref="FormatException">Names the line that can't be read or stands twice.</exception>
    public static WorkingDayCalendar Parse(TextReader csv)
    {
        var moved = new Dictionary<DateOnly, bool>();
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
                throw new FormatException($"calendar line {number}: expected 'yyyy-MM-dd,holiday|workday,occasion', found '{line}'");
            }

            if (!moved.TryAdd(day, fields[1] == "workday"))
                throw new FormatException($"calendar line {number}: {fields[0]} stands twice");
        }

        return new WorkingDayCalendar(moved);
    }

    /// <summary>False when no notice for the year is in the table; then <see cref="IsWorkingDay"/> only knows weekends.</summary>
    public bool Covers(int year) => _years.Contains(year);

    public bool IsWorkingDay(DateOnly day) =>
        _moved.TryGetValue(day, out var working)
            ? working
            : day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday);

    private static WorkingDayCalendar LoadShipped()
    {
        using var stream = typeof(WorkingDayCalendar).Assembly.GetManifestResourceStream("china-workdays.csv")
            ?? throw new InvalidOperationException("the calendar is not in the assembly");
        using var reader = new StreamReader(stream);
        return Parse(reader);
    }
}
