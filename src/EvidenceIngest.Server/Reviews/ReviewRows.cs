using EvidenceIngest.Server.Access;

namespace EvidenceIngest.Server.Reviews;

/// <summary>评查项目: what points are given for.</summary>
internal sealed class ReviewCriterion
{
    public required string Id { get; init; }

    public required string Name { get; set; }

    public required string Article { get; set; }

    public required int Points { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    public required DateTimeOffset ChangedAt { get; set; }

    public required string ChangedBy { get; set; }
}

/// <summary>One sample, with everything that is needed to draw it again. Never changes.</summary>
internal sealed class Review
{
    public required string Id { get; init; }

    public required string Why { get; init; }

    /// <summary>Cases that were closed from this day on, in the agency's zone.</summary>
    public required DateOnly FromDay { get; init; }

    public required DateOnly ToDay { get; init; }

    public required string Seed { get; init; }

    public required bool SeedChosen { get; init; }

    public required string Population { get; init; }

    public required string Digest { get; init; }

    /// <summary>Of the population's cases: who reaches all of them sees the sample.</summary>
    public required IReadOnlyList<string> Units { get; init; }

    /// <summary>As they were when it was drawn: later changes don't touch points that were given.</summary>
    public required IReadOnlyList<CriterionView> Criteria { get; init; }

    public required DateTimeOffset DrawnAt { get; init; }

    public required string DrawnBy { get; init; }
}

internal sealed class ReviewedCase
{
    public required string ReviewId { get; init; }

    public required string Number { get; init; }

    /// <summary>In the order of the draw, from 1.</summary>
    public required int Position { get; init; }

    /// <summary>Points by criterion; null until it was reviewed.</summary>
    public IReadOnlyDictionary<string, int>? Scores { get; set; }

    public DateTimeOffset? ReviewedAt { get; set; }

    public string? ReviewedBy { get; set; }
}

public enum ReviewFindingState
{
    /// <summary>待整改</summary>
    Open,

    /// <summary>已整改，待核查</summary>
    Corrected,

    /// <summary>已销号</summary>
    Closed,
}

internal sealed class ReviewFinding : IOfUnit
{
    public required string Id { get; init; }

    public required string ReviewId { get; init; }

    public required string Number { get; init; }

    /// <summary>Who deals with the case.</summary>
    public required string UnitId { get; init; }

    public required string Criterion { get; init; }

    public required string Text { get; init; }

    public ReviewFindingState State { get; set; }

    public required DateTimeOffset FoundAt { get; init; }

    public required string FoundBy { get; init; }

    public string? Correction { get; set; }

    public DateTimeOffset? CorrectedAt { get; set; }

    public string? CorrectedBy { get; set; }

    /// <summary>What the supervisor said of the correction, also when it went back.</summary>
    public string? Verdict { get; set; }

    public DateTimeOffset? JudgedAt { get; set; }

    public string? JudgedBy { get; set; }
}
