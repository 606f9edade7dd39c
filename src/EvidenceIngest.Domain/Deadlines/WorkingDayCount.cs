namespace EvidenceIngest.Domain.Deadlines;

/// <summary>A term in working days, counted so that anybody can follow it.</summary>
/// <param name="LastDay">The last working day that counts.</param>
/// <param name="CalendarMissing">A year that was counted in has no notice in the table: weekends alone were counted there.</param>
/// <param name="Days">Every day from the first on, which is not counted itself.</param>
public sealed record WorkingDayCount(DateOnly LastDay, bool CalendarMissing, IReadOnlyList<DeadlineDay> Days)
{
    /// <param name="from">The day on which it begins; not counted.</param>
    /// <param name="term">Working days, at least 1.</param>
    /// <param name="calendar">The working-day calendar.</param>
    public static WorkingDayCount From(DateOnly from, int term, WorkingDayCalendar calendar)
    {
        var day = from;
        var missing = !calendar.Covers(day.Year);
        var days = new List<DeadlineDay> { Describe(day, 0) };
        for (var counted = 0; counted < term;)
        {
            day = day.AddDays(1);
            missing |= !calendar.Covers(day.Year);
            if (calendar.IsWorkingDay(day))
                counted++;
            days.Add(Describe(day, calendar.IsWorkingDay(day) ? counted : null));
        }

        return new WorkingDayCount(day, missing, days);

        DeadlineDay Describe(DateOnly of, int? counted)
        {
            var (kind, occasion) = calendar.Describe(of);
            return new DeadlineDay(of, kind, occasion, counted);
        }
    }

    /// <summary>The last second that is in time: days end at the agency's midnight.</summary>
    public DateTimeOffset EndIn(TimeZoneInfo agencyZone)
    {
        var lastSecond = LastDay.ToDateTime(new TimeOnly(23, 59, 59));
        return new DateTimeOffset(lastSecond, agencyZone.GetUtcOffset(lastSecond));
    }
}
