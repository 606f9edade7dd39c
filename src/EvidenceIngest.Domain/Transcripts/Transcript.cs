using System.Text.Json.Serialization;
using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Domain.Transcripts;

public enum TranscriptState
{
    /// <summary>机器初稿: an engine wrote it.</summary>
    Draft,

    /// <summary>人工整理: a person wrote or corrected it.</summary>
    Corrected,

    /// <summary>已确认: a person vouches for it; only this satisfies article 27 (<see cref="Completeness"/>).</summary>
    Confirmed,
}

/// <summary>
/// 声音内容的文字记录 (article 27), one version of it. A version never changes: a correction is the next one, and so is a
/// confirmation, which repeats the words that it vouches for.
/// </summary>
/// <param name="ItemId">Whose sound.</param>
/// <param name="Version">From 1, without gaps.</param>
/// <param name="Language">BCP 47, such as <c>zh</c>; chosen by a person, never guessed.</param>
/// <param name="State">Who stands for it.</param>
/// <param name="Source">What made its words: <c>person</c>, or an engine with its version and model.</param>
/// <param name="Segments">In the order of speech; people may speak at the same time.</param>
/// <param name="WrittenAt">When its words were written or corrected, UTC.</param>
/// <param name="WrittenBy">By whom.</param>
/// <param name="ConfirmedAt">UTC; null unless confirmed.</param>
/// <param name="ConfirmedBy">Who vouches for it; null unless confirmed.</param>
public sealed record Transcript(
    string ItemId,
    int Version,
    string Language,
    TranscriptState State,
    string Source,
    IReadOnlyList<TranscriptSegment> Segments,
    DateTimeOffset WrittenAt,
    string WrittenBy,
    DateTimeOffset? ConfirmedAt,
    string? ConfirmedBy)
{
    /// <summary>Words that a person typed.</summary>
    public const string ByPerson = "person";
}

/// <param name="Start">From the item's beginning, all its files in playing order, in seconds; null where nobody said.</param>
/// <param name="End">At least a millisecond after the start; null where nobody said.</param>
/// <param name="Speaker">As people call them; null when unknown.</param>
/// <param name="Text">One or more sentences, without line breaks.</param>
public sealed record TranscriptSegment(double? Start, double? End, string? Speaker, string Text)
{
    /// <summary>Longer than any recorder runs, in seconds: seven days.</summary>
    public const double Longest = 7 * 24 * 3600;

    /// <summary>What an engine heard, word by word; null for what people write, which leaves the member out as before there were engines.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TranscriptWord>? Words { get; init; }

    /// <summary>A time as it is shown. Not rounded to even, so that what is a millisecond apart stays apart.</summary>
    /// <exception cref="FormatException">It is negative, no number, or beyond <see cref="Longest"/>.</exception>
    public static TimeSpan Time(double seconds) => seconds is >= 0 and <= Longest
        ? TimeSpan.FromMilliseconds(Math.Round(seconds * 1000, MidpointRounding.AwayFromZero))
        : throw new FormatException($"{seconds} is no time of a transcript: 0 to {Longest} seconds");
}

/// <param name="Text">As the engine wrote it.</param>
/// <param name="Start">From the item's beginning, in seconds.</param>
/// <param name="End">Not before the start.</param>
/// <param name="Confidence">0 to 1, as the engine judges itself; null where it doesn't. Of another language it can be high and wrong.</param>
public sealed record TranscriptWord(string Text, double Start, double End, double? Confidence)
{
    /// <summary>In answers only, where the confidence is below the service's threshold; records never have it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Doubtful { get; init; }
}
