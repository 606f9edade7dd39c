namespace EvidenceIngest.Domain.Deadlines;

/// <summary>Article 28: a recording is stored within two working days of being made.</summary>
/// <param name="At">The last second that is in time: the end of the second working day after the day of recording, in the agency's zone.</param>
/// <param name="CalendarMissing">
/// True when a year that was counted in has no notice in the table; weekends alone were counted then, and the item says so.
/// </param>
/// <param name="Days">How it was counted, from the day of recording on, which is not counted itself.</param>
public sealed record StorageDeadline(DateTimeOffset At, bool CalendarMissing, IReadOnlyList<DeadlineDay> Days)
{
    private const int WorkingDays = 2;

    /// <param name="recorded">When the recording was made; for several chapters, the last one's end.</param>
    /// <param name="calendar">The working-day calendar.</param>
    /// <param name="agencyZone">Where the agency is; days end at its midnight.</param>
    public static StorageDeadline For(DateTimeOffset recorded, WorkingDayCalendar calendar, TimeZoneInfo agencyZone)
    {
        // The day of recording is not counted.
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(recorded, agencyZone).DateTime);
        var count = WorkingDayCount.From(day, WorkingDays, calendar);
        return new StorageDeadline(count.EndIn(agencyZone), count.CalendarMissing, count.Days);
    }

    /// <summary>Whether something that happened at this instant was in time.</summary>
    public bool IsMetBy(DateTimeOffset instant) => instant < At.AddSeconds(1);
}

/// <param name="Day">In the agency's zone.</param>
/// <param name="Kind">What kind of day it is.</param>
/// <param name="Occasion">Why it is no usual one, as the notice says.</param>
/// <param name="Counted">0 for the first day, which doesn't count; 1, 2 … for the working days that do; null for days that don't.</param>
public sealed record DeadlineDay(DateOnly Day, DayKind Kind, string? Occasion, int? Counted);
