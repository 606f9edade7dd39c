using System.Globalization;
using System.Text.RegularExpressions;

namespace EvidenceIngest.Domain.Transcripts;

/// <summary>What a person types: a segment a line, <c>[00:01:05-00:01:09] 张三：请出示证件</c>; time and speaker may be left out.</summary>
public static partial class TranscriptLines
{
    /// <exception cref="FormatException">Names the line whose time can't be read.</exception>
    public static IReadOnlyList<TranscriptSegment> Parse(IEnumerable<string> lines)
    {
        var segments = new List<TranscriptSegment>();
        var number = 0;
        foreach (var line in lines.Select(l => l.Trim()))
        {
            number++;
            if (line.Length == 0)
                continue;
            var match = Line().Match(line);
            var speaker = match.Groups["speaker"].Value.Trim();
            segments.Add(new TranscriptSegment(
                Seconds(match.Groups["start"], number), Seconds(match.Groups["end"], number), speaker.Length == 0 ? null : speaker, match.Groups["text"].Value.Trim()));
        }

        return segments;
    }

    private static double? Seconds(Group time, int line)
    {
        if (!time.Success)
            return null;
        string[] formats = [@"h\:mm\:ss", @"hh\:mm\:ss", @"hh\:mm\:ss\.fff", @"h\:mm\:ss\.fff"];
        return TimeSpan.TryParseExact(time.Value, formats, CultureInfo.InvariantCulture, out var span)
            ? span.TotalSeconds
            : throw new FormatException($"line {line}: '{time.Value}' is no time like 00:01:05 or 00:01:05.250");
    }

    // A speaker's name is short; a colon further on belongs to what was said.
    [GeneratedRegex(@"^(\[(?<start>[0-9:.]+)(\s*[-–]\s*(?<end>[0-9:.]+))?\]\s*)?((?<speaker>[^：:\[\]]{1,20})[：:])?(?<text>.*)$")]
    private static partial Regex Line();
}
