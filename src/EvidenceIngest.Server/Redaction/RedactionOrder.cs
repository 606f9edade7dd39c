using EvidenceIngest.Server.Pipeline;

namespace EvidenceIngest.Server.Redaction;

public enum RedactionState
{
    /// <summary>待制作: to be made; the note says what it waits for, if for anything but its turn.</summary>
    Ordered,

    /// <summary>待复核: made and proven; another person has to look at it.</summary>
    ToReview,

    /// <summary>已放行: may be shown and handed out.</summary>
    Released,

    /// <summary>未通过复核: nobody sees it any more.</summary>
    Rejected,

    /// <summary>制作失败: the note says why. Another plan, or the same one, is another order.</summary>
    Failed,
}

/// <summary>遮蔽件: a copy that somebody ordered by a plan, which never changes.</summary>
internal sealed class RedactionOrder : IRenditionOrder
{
    public required string Id { get; init; }

    public required string ItemId { get; init; }

    /// <summary>From 1 within its item: every plan is a version of its own.</summary>
    public required int Number { get; init; }

    /// <summary>JSON, as it was sent: the exact bytes, since the recipe has their digest.</summary>
    public required byte[] Plan { get; init; }

    /// <summary>Of <see cref="Plan"/>, lower-case hexadecimal.</summary>
    public required string PlanSha256 { get; init; }

    public required string Why { get; init; }

    public required string OrderedBy { get; init; }

    public required DateTimeOffset OrderedAt { get; init; }

    public RedactionState State { get; set; }

    public string? Note { get; set; }

    public int Attempts { get; set; }

    public required DateTimeOffset DueAt { get; set; }

    /// <summary>Where it is put; known before it lies there.</summary>
    public required string Bucket { get; init; }

    /// <summary>As <see cref="Bucket"/>, without its ending.</summary>
    public required string Key { get; init; }

    /// <summary>Name of the rendition; null until it is made.</summary>
    public string? Rendition { get; set; }

    /// <summary>Name of the rendition with its words; null where the plan names no transcript.</summary>
    public string? TextRendition { get; set; }

    public DateTimeOffset? MadeAt { get; set; }

    public string? ReviewedBy { get; set; }

    public DateTimeOffset? ReviewedAt { get; set; }

    public string? ReviewWhy { get; set; }

    public string Name => RedactionNames.Of(Number);
}
