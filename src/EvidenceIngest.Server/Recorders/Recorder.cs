using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.People;

namespace EvidenceIngest.Server.Recorders;

/// <summary>记录仪 that was seen, or assigned before it was seen.</summary>
internal sealed class Recorder : IOfUnit
{
    public required string Id { get; init; }

    /// <summary>Of the officer who carries it; null while nobody was ever assigned to it.</summary>
    public string? UnitId { get; set; }

    public string? Profile { get; set; }

    public string? Model { get; set; }

    public required DateTimeOffset FirstSeenAt { get; init; }

    public required DateTimeOffset LastSeenAt { get; set; }

    public RecorderState State { get; set; }

    /// <summary>Set by the server, taken back by a person.</summary>
    public RecorderAlarm? Alarm { get; set; }

    /// <summary>Why what it brings is not accepted without a person, or null.</summary>
    public Finding? Dispute =>
        Alarm is { } alarm ? new Finding(FindingCode.RecorderDisputed, alarm.Detail)
        : State == RecorderState.Withdrawn ? new Finding(FindingCode.RecorderDisputed, $"recorder {Id} is out of service: nobody should be carrying it")
        : null;
}

internal static class RecorderQueries
{
    /// <summary>Those that somebody was assigned to and that no dock has ever seen.</summary>
    public static IQueryable<Recorder> NeverDocked(this IQueryable<Recorder> recorders, CatalogueDb db) =>
        recorders.Where(r => r.Profile == null && !db.Items.Any(i => i.RecorderId == r.Id));
}

public enum RecorderState
{
    /// <summary>在用</summary>
    InService,

    /// <summary>停用、报失：what it brings is sealed, but in quarantine.</summary>
    Withdrawn,
}

/// <param name="At">When it was noticed first, UTC.</param>
/// <param name="Detail">What was noticed.</param>
public sealed record RecorderAlarm(DateTimeOffset At, string Detail);

/// <summary>Who carried a recorder from when to when.</summary>
internal sealed class RecorderAssignment
{
    public required Guid Id { get; init; }

    public required string RecorderId { get; init; }

    public required string OfficerNumber { get; set; }

    public required string OfficerName { get; set; }

    public string? Agency { get; set; }

    /// <summary>Whose recordings they are.</summary>
    public string UnitId { get; set; } = Unit.Root;

    public required DateTimeOffset FromAt { get; init; }

    /// <summary>Exclusive; null while it lasts.</summary>
    public DateTimeOffset? ToAt { get; set; }

    public required string AssignedBy { get; set; }

    public required DateTimeOffset AssignedAt { get; set; }

    public bool Covers(DateTimeOffset at) => FromAt <= at && (ToAt is not { } to || at < to);
}
