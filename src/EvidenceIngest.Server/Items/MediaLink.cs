namespace EvidenceIngest.Server.Items;

/// <summary>A link to a rendition: whoever has the URL may look until it expires, as far as it is bound to nobody; every look is an event.</summary>
internal sealed class MediaLink
{
    public required byte[] TokenHash { get; init; }

    public required string ItemId { get; init; }

    public required string Rendition { get; init; }

    public required string MadeBy { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Networks that it works from; null: any.</summary>
    public IReadOnlyList<string>? Addresses { get; init; }

    /// <summary>It belongs to the address that looks first, and ends with that look.</summary>
    public bool SingleUse { get; init; }
}

/// <summary>
/// When an address last looked through a link; one look makes many range requests, but one event. Of a link for one use it is the
/// last request, to half a minute.
/// </summary>
internal sealed class LinkView
{
    public required byte[] TokenHash { get; init; }

    public required string Address { get; init; }

    public required DateTimeOffset ViewedAt { get; set; }
}
