namespace EvidenceIngest.Domain.Deadlines;

/// <summary>
/// Until when a request to look at records (article 30) is to be decided. The article sets no term; the agency's own rule does,
/// in working days.
/// </summary>
/// <param name="At">The last second that is in time, in the agency's zone.</param>
/// <param name="CalendarMissing">A year that was counted in has no notice in the table; weekends alone were counted then.</param>
/// <param name="Days">How it was counted, from the day on which the request came in, which is not counted itself.</param>
public sealed record AccessDeadline(DateTimeOffset At, bool CalendarMissing, IReadOnlyList<DeadlineDay> Days)
{
    /// <param name="receivedOn">The day on which the request came in, in the agency's zone.</param>
    /// <param name="workingDays">The term, at least 1.</param>
    /// <param name="calendar">The working-day calendar.</param>
    /// <param name="agencyZone">Where the agency is.</param>
    public static AccessDeadline For(DateOnly receivedOn, int workingDays, WorkingDayCalendar calendar, TimeZoneInfo agencyZone)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workingDays, 1);
        var count = WorkingDayCount.From(receivedOn, workingDays, calendar);
        return new AccessDeadline(count.EndIn(agencyZone), count.CalendarMissing, count.Days);
    }
}
