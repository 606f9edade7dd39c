using EvidenceIngest.Server.Inspection;
using EvidenceIngest.Server.Renditions;

namespace EvidenceIngest.Server.Items;

/// <summary>What inspection found in one master file.</summary>
internal sealed class StoredFacts
{
    public required string ItemId { get; init; }

    public required int Position { get; init; }

    public required MediaFacts Facts { get; set; }

    public required DateTimeOffset InspectedAt { get; set; }
}

/// <summary>衍生件 as it lies in the vault.</summary>
internal sealed class StoredRendition
{
    public required string ItemId { get; init; }

    public required string Name { get; init; }

    public required string Bucket { get; init; }

    public required string Key { get; init; }

    public required string VersionId { get; set; }

    public required string ContentType { get; set; }

    public required long Bytes { get; set; }

    public required string Sha256 { get; set; }

    public string? Sm3 { get; set; }

    public required RenditionRecipe Recipe { get; set; }

    public required DateTimeOffset MadeAt { get; set; }

    /// <summary>When it was last read back and found right; null before the first time.</summary>
    public DateTimeOffset? VerifiedAt { get; set; }

    /// <summary>When the fixity audit last looked at it.</summary>
    public DateTimeOffset? AuditedAt { get; set; }
}
