using EvidenceIngest.Server.AccessRequests;
using EvidenceIngest.Server.Pipeline;

namespace EvidenceIngest.Server.Items;

/// <summary>What a link shows instead of its rendition: a copy with a name burned in.</summary>
internal sealed class LinkMark : IRenditionOrder
{
    /// <summary>Renditions of that name are shown through their own link alone.</summary>
    public const string Prefix = "marked-";

    public required byte[] TokenHash { get; init; }

    public required string ItemId { get; init; }

    /// <summary>Whose name stands in it.</summary>
    public required string Viewer { get; init; }

    public CopyState State { get; set; }

    public string? Note { get; set; }

    public int Attempts { get; set; }

    public required DateTimeOffset DueAt { get; set; }

    public required string Bucket { get; init; }

    public required string Key { get; init; }

    public string? Rendition { get; set; }

    public DateTimeOffset? ReadyAt { get; set; }

    public string Name => Prefix + MediaLinks.Short(TokenHash);
}
