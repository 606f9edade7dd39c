using EvidenceIngest.Domain.Transcripts;

namespace EvidenceIngest.Domain.Redaction;

/// <summary>A stretch that nobody may hear.</summary>
/// <param name="Mode">What is heard instead.</param>
/// <param name="From">Seconds.</param>
/// <param name="To">Seconds; infinite where it reaches the recording's end.</param>
public sealed record HushedSpan(HushMode Mode, double From, double To)
{
    /// <summary>Recognisers find the edges of words to a tenth of a second; so much is taken on both sides.</summary>
    public const double WordMargin = 0.2;

    /// <param name="plan">Checked by <see cref="RedactionRules"/>.</param>
    /// <param name="transcript">The version that it names; null when it names none.</param>
    /// <param name="length">Of the recording, seconds.</param>
    public static IReadOnlyList<HushedSpan> Of(RedactionPlan plan, Transcript? transcript, double length)
    {
        var spans = (plan.Sounds ?? []).Select(s => new HushedSpan(s.Mode, s.From ?? 0, End(s.To, length))).ToList();
        foreach (var words in plan.Words ?? [])
        {
            var (from, to) = Times(words, transcript!.Segments[words.Segment]);
            spans.Add(new HushedSpan(words.Mode, Math.Max(0, from - WordMargin), End(to + WordMargin, length)));
        }

        return spans;
    }

    /// <summary>When words are spoken, as the transcript has it.</summary>
    public static (double From, double To) Times(HushedWords words, TranscriptSegment segment)
    {
        if (words.First is not { } first)
            return (segment.Start!.Value, segment.End!.Value);
        var spoken = segment.Words!.Skip(first).Take((words.Last ?? first) - first + 1).ToList();
        return (spoken.Min(w => w.Start), spoken.Max(w => w.End));
    }

    private static double End(double? to, double length) => to is { } end && end < length ? end : double.PositiveInfinity;
}
