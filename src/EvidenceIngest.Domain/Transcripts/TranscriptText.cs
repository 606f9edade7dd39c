using System.Globalization;
using System.Text;

namespace EvidenceIngest.Domain.Transcripts;

/// <summary>
/// A transcript as people and players read it. Packages hold both and verifiers compute them again (docs/evidence-format.md):
/// what is written here for a transcript never changes.
/// </summary>
public static class TranscriptText
{
    // Words that nobody has compared with the sound must not look like such that somebody has.
    private const string DraftMark = "【机器初稿，未经人工核对】";

    /// <summary>A segment a line, with its time and its speaker where they are known.</summary>
    public static string Plain(Transcript transcript)
    {
        var text = new StringBuilder();
        if (transcript.State == TranscriptState.Draft)
            text.Append(DraftMark).Append('\n');
        foreach (var segment in transcript.Segments)
        {
            if (segment.Start is { } start)
                text.Append('[').Append(Clock(start, withMilliseconds: false)).Append("] ");
            if (segment.Speaker is { } speaker)
                text.Append(OneLine(speaker)).Append('：');
            text.Append(OneLine(segment.Text)).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>WebVTT (W3C); null when a segment has no times, since a cue needs both. A draft's first cue says that it is one.</summary>
    public static string? WebVtt(Transcript transcript)
    {
        if (!IsTimed(transcript))
            return null;
        var text = new StringBuilder("WEBVTT\n");
        for (var i = 0; i < transcript.Segments.Count; i++)
        {
            var segment = transcript.Segments[i];
            text.Append('\n').Append(Clock(segment.Start!.Value, withMilliseconds: true)).Append(" --> ").Append(Clock(segment.End!.Value, withMilliseconds: true)).Append('\n');
            if (i == 0 && transcript.State == TranscriptState.Draft)
                text.Append(DraftMark).Append('\n');
            if (segment.Speaker is { } speaker)
                text.Append("<v ").Append(Escape(speaker)).Append('>');
            text.Append(Escape(segment.Text)).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>SubRip, for players that read nothing else; null and marked as <see cref="WebVtt"/> is.</summary>
    public static string? SubRip(Transcript transcript)
    {
        if (!IsTimed(transcript))
            return null;
        var text = new StringBuilder();
        for (var i = 0; i < transcript.Segments.Count; i++)
        {
            var segment = transcript.Segments[i];
            text.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : "\n")}{i + 1}\n{Comma(segment.Start!.Value)} --> {Comma(segment.End!.Value)}\n");
            if (i == 0 && transcript.State == TranscriptState.Draft)
                text.Append(DraftMark).Append('\n');
            if (segment.Speaker is { } speaker)
                text.Append(Widen(speaker)).Append('：');
            text.Append(Widen(segment.Text)).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Hours are counted on past a day.</summary>
    public static string Clock(double seconds, bool withMilliseconds)
    {
        var time = TranscriptSegment.Time(seconds);
        return string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours:00}:{time:mm\\:ss}{(withMilliseconds ? $".{time.Milliseconds:000}" : "")}");
    }

    private static bool IsTimed(Transcript transcript) => transcript.Segments.All(s => s.Start is not null && s.End is not null);

    private static string Comma(double seconds) => Clock(seconds, withMilliseconds: true).Replace('.', ',');

    // SubRip has no escapes: players take whatever stands in angle brackets for mark-up and swallow it.
    private static string Widen(string text) => OneLine(text).Replace('<', '＜').Replace('>', '＞');

    // An arrow or a tag in what was said would be read as the file's own.
    private static string Escape(string text) =>
        OneLine(text).Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    // A blank line would end the cue, and any line break would look like another segment.
    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
