using EvidenceIngest.Domain.Deadlines;
using EvidenceIngest.Server.Access;

namespace EvidenceIngest.Server.Recorders;

/// <summary>领用: an officer took a recorder out.</summary>
internal sealed class RecorderIssue : IOfUnit
{
    public required Guid Id { get; init; }

    public required string RecorderId { get; init; }

    public required string OfficerNumber { get; init; }

    public required string OfficerName { get; init; }

    /// <summary>Whose recordings it brings.</summary>
    public required string UnitId { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required string IssuedBy { get; init; }

    public required DateTimeOffset ShiftEndsAt { get; init; }

    /// <summary>When a dock saw it last; what was recorded before has been read.</summary>
    public DateTimeOffset? DockedAt { get; set; }

    /// <summary>When it was found to be out too long; null while it isn't, and again once a dock saw it.</summary>
    public DateTimeOffset? AlarmedAt { get; set; }

    /// <summary>归还; null while it is out.</summary>
    public DateTimeOffset? ReturnedAt { get; set; }

    public string? ReturnedBy { get; set; }

    public string? Note { get; set; }

    /// <summary>
    /// When recordings that it may hold become late (article 28): two working days after the day on which a dock had read it last,
    /// or it was taken out. Not counted from the end of the shift, which may be days later.
    /// </summary>
    public DateTimeOffset DueAt(WorkingDayCalendar calendar, TimeZoneInfo zone) => StorageDeadline.For(DockedAt ?? IssuedAt, calendar, zone).At;
}

/// <param name="OfficerNumber">警号</param>
/// <param name="OfficerName">Name.</param>
/// <param name="ShiftEndsAt">When the shift ends: within 31 days from now.</param>
/// <param name="Agency">Where the officer serves, or null.</param>
/// <param name="Unit">Whose recordings they are; null as for an assignment.</param>
public sealed record IssueRequest(string OfficerNumber, string OfficerName, DateTimeOffset ShiftEndsAt, string? Agency = null, string? Unit = null);

/// <param name="Note">In which state it came back, or who has it now; null when there is nothing to say.</param>
public sealed record ReturnRequest(string? Note = null);

/// <param name="Recorder">Stable identity.</param>
/// <param name="OfficerNumber">警号</param>
/// <param name="OfficerName">Name.</param>
/// <param name="Unit">Whose recordings they are.</param>
/// <param name="IssuedAt">UTC.</param>
/// <param name="IssuedBy">Who handed it out.</param>
/// <param name="ShiftEndsAt">UTC.</param>
/// <param name="DockedAt">When a dock saw it last since then, UTC.</param>
/// <param name="DueAt">When what it may hold becomes late, with the agency's offset; null once it is back.</param>
/// <param name="AlarmedAt">Since when it is out too long, UTC; null when it isn't.</param>
/// <param name="ReturnedAt">UTC; null while it is out.</param>
/// <param name="ReturnedBy">Who took it back; <c>dock</c> where the next officer got it out of a bay.</param>
/// <param name="Note">What was said when it came back.</param>
public sealed record IssueView(
    string Recorder, string OfficerNumber, string OfficerName, string Unit, DateTimeOffset IssuedAt, string IssuedBy, DateTimeOffset ShiftEndsAt,
    DateTimeOffset? DockedAt, DateTimeOffset? DueAt, DateTimeOffset? AlarmedAt, DateTimeOffset? ReturnedAt, string? ReturnedBy, string? Note);
