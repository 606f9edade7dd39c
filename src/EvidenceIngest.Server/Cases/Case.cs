using EvidenceIngest.Domain.Cases;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.People;

namespace EvidenceIngest.Server.Cases;

public enum CaseState
{
    /// <summary>办理中: nothing of it expires.</summary>
    Open,

    /// <summary>已结案: terms begin, the case file is due.</summary>
    Closed,
}

/// <summary>案件, as the case system numbers it.</summary>
internal sealed class Case : IOfUnit
{
    public required string Number { get; init; }

    public string? MatterId { get; set; }

    public string? Agency { get; set; }

    /// <summary>Who deals with it here.</summary>
    public string UnitId { get; set; } = Unit.Root;

    public string? RetentionClass { get; set; }

    public CaseState State { get; set; }

    /// <summary>Numbers of the officers who acted.</summary>
    public IReadOnlyList<string> Officers { get; set; } = [];

    /// <summary>When the act that was to be recorded began; null when the case system doesn't say.</summary>
    public DateTimeOffset? ActedFrom { get; set; }

    public DateTimeOffset? ActedTo { get; set; }

    public string? Place { get; set; }

    public CasePosition? Position { get; set; }

    /// <summary>The day on which the act had been carried out.</summary>
    public DateOnly? ExecutedOn { get; set; }

    public DateTimeOffset? ClosedAt { get; set; }

    /// <summary>Its case file package (article 29), once it was made.</summary>
    public string? PackageId { get; set; }

    /// <summary>What that package lacked when it was looked at last; empty when complete.</summary>
    public IReadOnlyList<string>? PackageLacks { get; set; }

    /// <summary>Whether what its matter demands was recorded; null before the first look.</summary>
    public CaseFootage? Footage { get; set; }

    /// <summary>Of <see cref="Footage"/>, for queries.</summary>
    public FootageState? FootageState { get; set; }

    /// <summary>When that is looked at next; null: not before something changes.</summary>
    public DateTimeOffset? FootageDueAt { get; set; }

    public required DateTimeOffset ChangedAt { get; set; }

    public required string ChangedBy { get; set; }

    /// <summary>The act, where the case system says from when to when.</summary>
    public FootageSpan? Act() => ActedFrom is { } from && ActedTo is { } to ? new FootageSpan(from, to) : null;
}

/// <summary>A person took the item off the case: no rule links it again.</summary>
internal sealed class CaseRefusal
{
    public required string CaseNumber { get; init; }

    public required string ItemId { get; init; }

    public required DateTimeOffset RefusedAt { get; init; }

    public required string RefusedBy { get; init; }
}

internal sealed class CaseItem
{
    public required string CaseNumber { get; init; }

    public required string ItemId { get; init; }

    public required DateTimeOffset LinkedAt { get; init; }

    public required string LinkedBy { get; init; }
}

/// <summary>执法事项, from the matter list.</summary>
internal sealed class Matter
{
    public required string Id { get; init; }

    public required string Name { get; set; }

    public required string Law { get; set; }

    /// <summary>Whether it has to be recorded from start to end (article 5).</summary>
    public bool WholeRecording { get; set; }

    /// <summary>Recordings that only one case can mean are linked to it without a person.</summary>
    public bool LinkAutomatically { get; set; }

    public string? RetentionClass { get; set; }

    public required DateTimeOffset ChangedAt { get; set; }

    public required string ChangedBy { get; set; }
}
