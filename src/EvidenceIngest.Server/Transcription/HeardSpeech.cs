using EvidenceIngest.Domain.Transcripts;

namespace EvidenceIngest.Server.Transcription;

/// <summary>What an engine said of a window, made such that it can be kept: engines err, and a site's own one may say anything.</summary>
internal static class HeardSpeech
{
    private const int MostSegments = 5000;
    private const int MostWords = 50_000;
    private const int LongestText = 5000;
    private const int LongestSpeaker = 100;

    // Recognisers that pad their input to half a minute let the last words end in the padding.
    private const double Padding = 30;
    private const double Least = 0.001;

    /// <param name="heard">With times from the window's beginning.</param>
    /// <param name="begins">Of the window, in seconds of the item.</param>
    /// <param name="length">Of the window, in seconds.</param>
    /// <returns>With times of the item to the millisecond, in order, none beyond the window.</returns>
    /// <exception cref="TranscriberFaultException">It can't be of this window.</exception>
    public static IReadOnlyList<TranscriptSegment> Place(IReadOnlyList<TranscriptSegment> heard, double begins, double length)
    {
        if (heard.Count > MostSegments || heard.Sum(s => s.Words?.Count ?? 0) > MostWords)
            throw new TranscriberFaultException($"the engine's answer has {heard.Count} segments for {length:0} s of sound");
        return [.. heard.Select(s => Place(s, begins, length)).Where(s => s.Text.Length > 0).OrderBy(s => s.Start)];
    }

    private static TranscriptSegment Place(TranscriptSegment heard, double begins, double length)
    {
        var (start, end) = Times(heard.Start, heard.End, begins, length);
        var text = SpokenText.Clean(heard.Text);
        if (text.Length > LongestText)
            throw new TranscriberFaultException($"the engine's answer has a segment of {text.Length} characters");
        var speaker = heard.Speaker is { } name ? SpokenText.Clean(name) : "";
        return new TranscriptSegment(start, end, speaker.Length is > 0 and <= LongestSpeaker ? speaker : null, text)
        {
            Words = heard.Words is null ? null : [.. heard.Words.Select(w => Place(w, begins, length)).Where(w => w.Text.Length > 0).OrderBy(w => w.Start)],
        };
    }

    private static TranscriptWord Place(TranscriptWord heard, double begins, double length)
    {
        var (start, end) = Times(heard.Start, heard.End, begins, length);
        var text = SpokenText.Clean(heard.Text);
        return text.Length <= LongestText
            ? new TranscriptWord(text, start, end, heard.Confidence is >= 0 and <= 1 ? Math.Round(heard.Confidence.Value, 3) : null)
            : throw new TranscriberFaultException($"the engine's answer has a word of {text.Length} characters");
    }

    private static (double Start, double End) Times(double? start, double? end, double begins, double length)
    {
        // NaN fails every comparison.
        if (start is not { } from || end is not { } to || !(from >= -Least) || !(from <= length + Padding) || !(to >= from) || !(to <= length + (2 * Padding)))
            throw new TranscriberFaultException(FormattableString.Invariant($"the engine's answer has words from {start} s to {end} s of a window of {length:0.###} s"));
        var (earliest, latest) = (Milliseconds(begins), Math.Max(Milliseconds(begins), Milliseconds(begins + length - Least)));
        var placed = Math.Clamp(Milliseconds(begins + from), earliest, latest);
        return (placed, Math.Clamp(Milliseconds(begins + to), Milliseconds(placed + Least), Milliseconds(latest + Least)));
    }

    private static double Milliseconds(double seconds) => Math.Round(seconds, 3, MidpointRounding.AwayFromZero);
}
