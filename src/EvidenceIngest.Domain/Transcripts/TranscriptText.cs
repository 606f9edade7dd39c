using System.Globalization;
using System.Text;

namespace EvidenceIngest.Domain.Transcripts;

/// <summary>
/// A transcript as people and players read it. Packages hold both and verifiers compute them again (docs/evidence-format.md):
/// what is written here for a transcript never changes.
/// </summary>
public static class TranscriptText
{
    /// <summary>A segment a line, with its time and its speaker where they are known.</summary>
    public static string Plain(Transcript transcript)
    {
        var text = new StringBuilder();
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

    /// <summary>WebVTT (W3C); null when a segment has no times, since a cue needs both.</summary>
    public static string? WebVtt(Transcript transcript)
    {
        if (transcript.Segments.Any(s => s.Start is null || s.End is null))
            return null;
        var text = new StringBuilder("WEBVTT\n");
        foreach (var segment in transcript.Segments)
        {
            text.Append('\n').Append(Clock(segment.Start!.Value, withMilliseconds: true)).Append(" --> ").Append(Clock(segment.End!.Value, withMilliseconds: true)).Append('\n');
            if (segment.Speaker is { } speaker)
                text.Append("<v ").Append(Escape(speaker)).Append('>');
            text.Append(Escape(segment.Text)).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Hours are counted on past a day.</summary>
    public static string Clock(double seconds, bool withMilliseconds)
    {
        var time = TranscriptSegment.Time(seconds);
        return string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours:00}:{time:mm\\:ss}{(withMilliseconds ? $".{time.Milliseconds:000}" : "")}");
    }

    // An arrow or a tag in what was said would be read as the file's own.
    private static string Escape(string text) =>
        OneLine(text).Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    // A blank line would end the cue, and any line break would look like another segment.
    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
