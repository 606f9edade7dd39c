namespace EvidenceIngest.Server.Recorders;

/// <summary>记录仪 that was seen, or assigned before it was seen.</summary>
internal sealed class Recorder
{
    public required string Id { get; init; }

    public string? Profile { get; set; }

    public string? Model { get; set; }

    public required DateTimeOffset FirstSeenAt { get; init; }

    public required DateTimeOffset LastSeenAt { get; set; }
}

/// <summary>Who carried a recorder from when to when.</summary>
internal sealed class RecorderAssignment
{
    public required Guid Id { get; init; }

    public required string RecorderId { get; init; }

    public required string OfficerNumber { get; set; }

    public required string OfficerName { get; set; }

    public string? Agency { get; set; }

    public required DateTimeOffset FromAt { get; init; }

    /// <summary>Exclusive; null while it lasts.</summary>
    public DateTimeOffset? ToAt { get; set; }

    public required string AssignedBy { get; set; }

    public required DateTimeOffset AssignedAt { get; set; }

    public bool Covers(DateTimeOffset at) => FromAt <= at && (ToAt is not { } to || at < to);
}
