using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace EvidenceIngest.Domain.Transcripts;

/// <summary>What a person types: a segment a line, <c>[00:01:05-00:01:09] 张三：请出示证件</c>; time and speaker may be left out.</summary>
public static partial class TranscriptLines
{
    /// <exception cref="FormatException">Names the line that has no words or whose time can't be read.</exception>
    public static IReadOnlyList<TranscriptSegment> Parse(IEnumerable<string> lines)
    {
        var segments = new List<TranscriptSegment>();
        var number = 0;
        foreach (var line in lines.Select(l => l.Replace('\t', ' ').Trim()))
        {
            number++;
            if (line.Length == 0)
                continue;
            var match = Line().Match(line);
            var speaker = match.Groups["speaker"].Value.Trim();
            var text = match.Groups["text"].Value.Trim();
            if (text.Length == 0)
                throw new FormatException($"第{number}行没有内容 / line {number} has no words");
            segments.Add(new TranscriptSegment(
                Seconds(match.Groups["start"], number), Seconds(match.Groups["end"], number), speaker.Length == 0 ? null : speaker, text));
        }

        return segments;
    }

    /// <summary>Lines that <see cref="Parse"/> reads as the same segments, to the millisecond: for correcting them in an editor.</summary>
    public static string Write(IEnumerable<TranscriptSegment> segments)
    {
        var lines = new StringBuilder();
        foreach (var (start, end, speaker, text) in segments)
        {
            if (start is { } from)
                lines.Append('[').Append(Clock(from)).Append(end is { } to ? "-" + Clock(to) : "").Append("] ");
            // Words that begin like a time or a name get a colon before them: nobody said them.
            if (speaker is not null || Line().Match(text) is var read && (read.Groups["start"].Success || read.Groups["speaker"].Success))
                lines.Append(speaker).Append('：');
            lines.Append(text).Append('\n');
        }

        return lines.ToString();
    }

    private static string Clock(double seconds) => TranscriptText.Clock(seconds, withMilliseconds: true);

    private static double? Seconds(Group time, int line)
    {
        if (!time.Success)
            return null;
        // Hours go on past a day.
        var match = Clocked().Match(time.Value);
        double Part(string name) => double.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture);
        return match.Success
            ? (Part("hours") * 3600) + (Part("minutes") * 60) + Part("seconds")
            : throw new FormatException($"第{line}行的时间“{time.Value}”应写作 00:01:05 或 00:01:05.250 / line {line}: '{time.Value}' is no time like 00:01:05 or 00:01:05.250");
    }

    // Typed with a Chinese keyboard, colons and brackets are wide. A speaker's name is short; a colon further on belongs to what was said.
    [GeneratedRegex(@"^([\[【](?<start>[0-9:：.]+)(\s*[-－–—]\s*(?<end>[0-9:：.]+))?[\]】]\s*)?((?<speaker>[^：:\[\]【】]{0,20})[：:])?(?<text>.*)$")]
    private static partial Regex Line();

    [GeneratedRegex(@"^(?<hours>[0-9]{1,3})[:：](?<minutes>[0-5][0-9])[:：](?<seconds>[0-5][0-9](\.[0-9]{1,3})?)$")]
    private static partial Regex Clocked();
}
