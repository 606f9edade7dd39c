namespace EvidenceIngest.Domain.Transcripts;

public enum TranscriptState
{
    /// <summary>机器初稿: an engine wrote it.</summary>
    Draft,

    /// <summary>人工整理: a person wrote or corrected it.</summary>
    Corrected,

    /// <summary>已确认: a person vouches for it; only this satisfies article 27.</summary>
    Confirmed,
}

/// <summary>文字说明 of an item's sound, one version of it. A version never changes; a correction is the next one.</summary>
/// <param name="Version">From 1, without gaps.</param>
/// <param name="Language">BCP 47, such as <c>zh</c>; chosen by a person, never guessed.</param>
/// <param name="State">Who stands for it.</param>
/// <param name="Source">What made its words: <c>person</c>, or an engine with its version and model.</param>
/// <param name="Segments">In the order of speech.</param>
/// <param name="At">UTC.</param>
/// <param name="By">Who wrote, corrected or confirmed it.</param>
public sealed record Transcript(
    int Version, string Language, TranscriptState State, string Source, IReadOnlyList<TranscriptSegment> Segments, DateTimeOffset At, string By)
{
    /// <summary>Words that a person typed.</summary>
    public const string ByPerson = "person";
}

/// <param name="Start">From the item's beginning, in seconds; null where nobody said.</param>
/// <param name="End">Not before the start; null where nobody said.</param>
/// <param name="Speaker">As people call them; null when unknown.</param>
/// <param name="Text">One or more sentences.</param>
public sealed record TranscriptSegment(double? Start, double? End, string? Speaker, string Text);
