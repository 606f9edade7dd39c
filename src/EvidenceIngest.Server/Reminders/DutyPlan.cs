namespace EvidenceIngest.Server.Reminders;

/// <summary>What is to be changed about a duty by now.</summary>
/// <param name="IsOver">It is met, or no duty any more.</param>
/// <param name="Moved">Its deadline is another one than before.</param>
/// <param name="Given">It belongs to another unit or other officers, or its secrecy changed.</param>
/// <param name="Outdated">Told of a deadline that has moved away; told again when it is time.</param>
/// <param name="Steps">To be told now.</param>
internal sealed record DutyPlan(bool IsOver, bool Moved, bool Given, IReadOnlyList<Reminder> Outdated, IReadOnlyList<ReminderStep> Steps)
{
    private static readonly DutyPlan Over = new(true, false, false, [], []);

    public bool IsNothing => !IsOver && !Moved && !Given && Steps.Count == 0;

    /// <param name="duty">As it stands.</param>
    /// <param name="told">What was told of it and holds.</param>
    /// <param name="owed">What the catalogue says; null when nothing is owed any more.</param>
    /// <param name="terms">Until when.</param>
    /// <param name="now">Now.</param>
    public static DutyPlan For(Duty duty, IReadOnlyList<Reminder> told, Owed? owed, DutyTerms terms, DateTimeOffset now)
    {
        // A dock that read the recorder met the duty; what it may hold from then on is another one.
        if (owed is null || (duty.Kind == DutyKind.RecorderOut && owed.From > duty.CountedFrom))
            return Over;
        var due = terms.Due(duty.Kind, owed.From, now).ToList();
        var moved = terms.DueAt(duty.Kind, owed.From) != duty.DueAt || terms.IsEstimate(duty.Kind, owed.From) != duty.CalendarMissing;
        // Without a move nothing is taken back: a clock that was set back must not make anybody be told twice.
        var outdated = moved ? told.Where(t => due.TrueForAll(s => s.Role != t.Role)).ToList() : [];
        return new DutyPlan(
            false, moved, owed.Unit != duty.UnitId || owed.IsSecret != duty.IsSecret || !owed.Officers.SequenceEqual(duty.Officers, StringComparer.Ordinal),
            outdated, due.FindAll(s => told.All(t => t.Role != s.Role)));
    }
}
