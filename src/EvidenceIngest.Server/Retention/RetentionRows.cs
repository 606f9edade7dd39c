using EvidenceIngest.Domain.Retention;

namespace EvidenceIngest.Server.Retention;

/// <summary>A retention class as the site has it. The database refuses to shorten or remove one.</summary>
internal sealed class StoredRetentionClass
{
    public required string Id { get; init; }

    public required string Name { get; set; }

    public required string NameZh { get; set; }

    public int? Months { get; set; }

    public required string Article { get; set; }

    /// <summary>Every item has it.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Every item has it whose officer pressed the key-mark button.</summary>
    public bool IsKey { get; init; }

    public required DateTimeOffset ChangedAt { get; set; }

    public required string ChangedBy { get; set; }

    public RetentionClass Class => new(Id, Name, NameZh, Months, Article);
}

/// <summary>冻结: kept until another person releases it.</summary>
internal sealed class Hold
{
    public required string Id { get; init; }

    public required string Reason { get; init; }

    /// <summary>It holds all items of the case, also those that are linked later; null for single items.</summary>
    public string? CaseNumber { get; init; }

    public required DateTimeOffset PlacedAt { get; init; }

    public required string PlacedBy { get; init; }

    public required string PlacedRole { get; init; }

    public DateTimeOffset? ReleasedAt { get; set; }

    public string? ReleasedBy { get; set; }

    public string? ReleasedRole { get; set; }

    public string? ReleaseReason { get; set; }
}

internal sealed class HoldItem
{
    public required string HoldId { get; init; }

    public required string ItemId { get; init; }
}
