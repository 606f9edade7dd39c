namespace EvidenceIngest.Domain.Deadlines;

/// <summary>Article 28: a recording is stored within two working days of being made.</summary>
/// <param name="At">The last second that is in time: the end of the second working day after the day of recording, in the agency's zone.</param>
/// <param name="CalendarMissing">
/// True when a year that was counted in has no notice in the table; weekends alone were counted then, and the item says so.
/// </param>
public sealed record StorageDeadline(DateTimeOffset At, bool CalendarMissing)
{
    private const int WorkingDays = 2;

    /// <param name="recorded">When the recording was made; for several chapters, the last one's end.</param>
    /// <param name="calendar">The working-day calendar.</param>
    /// <param name="agencyZone">Where the agency is; days end at its midnight.</param>
    public static StorageDeadline For(DateTimeOffset recorded, WorkingDayCalendar calendar, TimeZoneInfo agencyZone)
    {
        // The day of recording is not counted.
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(recorded, agencyZone).DateTime);
        var missing = !calendar.Covers(day.Year);
        for (var counted = 0; counted < WorkingDays;)
        {
            day = day.AddDays(1);
            missing |= !calendar.Covers(day.Year);
            if (calendar.IsWorkingDay(day))
                counted++;
        }

        var lastSecond = day.ToDateTime(new TimeOnly(23, 59, 59));
        return new StorageDeadline(new DateTimeOffset(lastSecond, agencyZone.GetUtcOffset(lastSecond)), missing);
    }

    /// <summary>Whether something that happened at this instant was in time.</summary>
    public bool IsMetBy(DateTimeOffset instant) => instant < At.AddSeconds(1);
}
