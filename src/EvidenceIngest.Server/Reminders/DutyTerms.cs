using EvidenceIngest.Domain.Deadlines;

namespace EvidenceIngest.Server.Reminders;

/// <summary>Until when a duty is to be met, and when who is told of it. Depends on the calendar and the configuration, on nothing else.</summary>
internal sealed class DutyTerms(ReminderOptions reminders, TimeZoneInfo zone, WorkingDayCalendar calendar)
{
    private const int CaseFileDays = 30;
    private const int StorageDays = 2;

    // Further apart than the longest term and the furthest step together.
    private const int Horizon = 200;

    /// <summary>Null where the term is no count of working days, or the catalogue keeps its end.</summary>
    public WorkingDayCount? Count(DutyKind kind, DateOnly from) => kind switch
    {
        DutyKind.Requirements => WorkingDayCount.From(from, reminders.RequirementDays, calendar),
        DutyKind.RecorderOut => WorkingDayCount.From(from, StorageDays, calendar),
        DutyKind.ReviewCorrection => WorkingDayCount.From(from, reminders.CorrectionDays, calendar),
        _ => null,
    };

    /// <summary>The last day of the term.</summary>
    public DateOnly LastDay(DutyKind kind, DateOnly from) => kind == DutyKind.CaseFile ? from.AddDays(CaseFileDays) : Count(kind, from)?.LastDay ?? from;

    /// <summary>Whether weekends alone were counted for want of a notice.</summary>
    public bool IsEstimate(DutyKind kind, DateOnly from) =>
        kind is not (DutyKind.CaseFile or DutyKind.YearlyFigures) && (Count(kind, from)?.CalendarMissing ?? !calendar.Covers(from.Year));

    /// <summary>The last second that is in time.</summary>
    public DateTimeOffset DueAt(DutyKind kind, DateOnly from) => At(LastDay(kind, from), new TimeOnly(23, 59, 59));

    public IEnumerable<ReminderStep> Due(DutyKind kind, DateOnly from, DateTimeOffset now) => StepsOf(kind).Where(s => ToldAt(kind, from, s) <= now);

    /// <summary>When a step is told.</summary>
    public DateTimeOffset ToldAt(DutyKind kind, DateOnly from, ReminderStep step)
    {
        var last = LastDay(kind, from);
        return At(kind == DutyKind.YearlyFigures ? OwedDuties.YearlyDay(last) : calendar.WorkingDayFrom(last, step.WorkingDays), reminders.At);
    }

    /// <summary>Whoever counts from this day or an earlier one is to be told something by now; null when the duty is told to nobody.</summary>
    public DateOnly? ToldFrom(DutyKind kind, DateTimeOffset now)
    {
        if (StepsOf(kind).MinBy(s => s.WorkingDays) is not { } first)
            return null;
        // Terms grow with the day that they are counted from, so one day parts those that are told from those that aren't.
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
        var (told, untold) = (today.AddDays(-Horizon), today.AddDays(Horizon));
        while (told.AddDays(1) < untold)
        {
            var middle = DateOnly.FromDayNumber((told.DayNumber + untold.DayNumber) / 2);
            if (ToldAt(kind, middle, first) <= now)
                told = middle;
            else
                untold = middle;
        }

        return told;
    }

    private IReadOnlyList<ReminderStep> StepsOf(DutyKind kind) => reminders.Steps.GetValueOrDefault(kind) ?? [];

    private DateTimeOffset At(DateOnly day, TimeOnly time)
    {
        var local = day.ToDateTime(time);
        return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
    }
}
