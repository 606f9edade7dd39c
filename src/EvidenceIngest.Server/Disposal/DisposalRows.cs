namespace EvidenceIngest.Server.Disposal;

public enum DisposalState
{
    Proposed,

    /// <summary>Refused by another person, or taken back by the one who proposed it.</summary>
    Rejected,

    /// <summary>Being carried out.</summary>
    Confirmed,

    /// <summary>Every item is gone, or kept for a reason that came up meanwhile.</summary>
    Done,
}

/// <summary>销毁: proposed by one person, confirmed by another in another role.</summary>
internal sealed class DisposalDecision
{
    public required string Id { get; init; }

    public required string Why { get; init; }

    public DisposalState State { get; set; }

    public required DateTimeOffset ProposedAt { get; init; }

    public required string ProposedBy { get; init; }

    public required string ProposedRole { get; init; }

    public DateTimeOffset? DecidedAt { get; set; }

    public string? DecidedBy { get; set; }

    public string? DecidedRole { get; set; }

    public string? Decision { get; set; }

    /// <summary>The signed list, once confirmed.</summary>
    public byte[]? List { get; set; }

    /// <summary>Why it does not go on.</summary>
    public string? Trouble { get; set; }
}

internal sealed class DisposalItem
{
    public required string DisposalId { get; init; }

    public required string ItemId { get; init; }

    public DateTimeOffset? DisposedAt { get; set; }

    /// <summary>Why it was kept after all.</summary>
    public string? Kept { get; set; }
}
