namespace EvidenceIngest.Server.Items;

/// <summary>A link to a rendition: whoever has the URL may look until it expires; every look is an event.</summary>
internal sealed class MediaLink
{
    public required byte[] TokenHash { get; init; }

    public required string ItemId { get; init; }

    public required string Rendition { get; init; }

    public required string MadeBy { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>When an address last looked through a link; one look makes many range requests, but one event.</summary>
internal sealed class LinkView
{
    public required byte[] TokenHash { get; init; }

    public required string Address { get; init; }

    public required DateTimeOffset ViewedAt { get; set; }
}
