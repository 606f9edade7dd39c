using EvidenceIngest.Server.Pipeline;

namespace EvidenceIngest.Server.Excerpts;

public enum ExcerptKind
{
    /// <summary>片段</summary>
    Clip,

    /// <summary>截图</summary>
    Still,
}

public enum ExcerptState
{
    /// <summary>To be made; the note says what it waits for, if for anything but its turn.</summary>
    Waiting,

    /// <summary>Stored as a rendition of its item.</summary>
    Ready,

    /// <summary>Can't be made; the note says why. It may be asked for again.</summary>
    Failed,
}

/// <summary>A part of a recording that somebody asked for, and why.</summary>
internal sealed class Excerpt : IRenditionOrder
{
    public required string Id { get; init; }

    public required string ItemId { get; init; }

    public required ExcerptKind Kind { get; init; }

    /// <summary>On the recording's time line, all chapters joined.</summary>
    public required long FromMs { get; init; }

    /// <summary>Not included; equal to the start for stills.</summary>
    public required long UntilMs { get; init; }

    /// <summary>Nothing but what is shown may be in the file, even if pictures are encoded anew for it.</summary>
    public required bool NothingHidden { get; init; }

    public required string Why { get; init; }

    public required string AskedBy { get; init; }

    public required DateTimeOffset AskedAt { get; init; }

    public ExcerptState State { get; set; }

    public string? Note { get; set; }

    public int Attempts { get; set; }

    public required DateTimeOffset DueAt { get; set; }

    /// <summary>Where it is put; known before it lies there.</summary>
    public required string Bucket { get; init; }

    /// <summary>As <see cref="Bucket"/>, without its ending.</summary>
    public required string Key { get; init; }

    public DateTimeOffset? ReadyAt { get; set; }

    public string Name => Kind == ExcerptKind.Clip ? "clip-" + Id : "still-" + Id;
}

/// <param name="From">Seconds on the recording's time line, to a thousandth.</param>
/// <param name="To">Seconds; not included.</param>
/// <param name="Why">Enters the chain.</param>
/// <param name="NothingHidden">True: the file holds nothing but what is asked for, and its pictures are encoded anew. Otherwise they are copied where that can be done, and up to one group of pictures before the start lies in the file unseen.</param>
public sealed record ClipRequest(double From, double To, string Why, bool? NothingHidden = null);

/// <param name="At">Seconds on the recording's time line, to a thousandth.</param>
/// <param name="Why">Enters the chain.</param>
public sealed record StillRequest(double At, string Why);

/// <param name="Id">Of the order.</param>
/// <param name="Kind">Clip or Still.</param>
/// <param name="From">Seconds.</param>
/// <param name="To">Seconds; null for stills.</param>
/// <param name="NothingHidden">As asked for.</param>
/// <param name="Why">As asked for.</param>
/// <param name="AskedBy">Who asked.</param>
/// <param name="AskedAt">UTC.</param>
/// <param name="State">Waiting, Ready or Failed.</param>
/// <param name="Note">What it waits for, why it failed, or what to know of it.</param>
/// <param name="Rendition">Name for links, once it is ready.</param>
/// <param name="ReadyAt">UTC.</param>
public sealed record ExcerptView(
    string Id, ExcerptKind Kind, double From, double? To, bool NothingHidden, string Why, string AskedBy, DateTimeOffset AskedAt, ExcerptState State, string? Note,
    string? Rendition, DateTimeOffset? ReadyAt);
