using System.Text;
using EvidenceIngest.Domain.Transcripts;

namespace EvidenceIngest.Domain.Redaction;

/// <summary>
/// The transcript that is given out with a redacted copy. What can't be heard can't be read: each stretch of hidden words becomes the same
/// mark, however long it is. Where words have no times of their own, the whole segment goes. Speakers' names are left out.
/// </summary>
public static class RedactedText
{
    public const string Mark = "■■";

    private const string Head = "【遮蔽件的文字记录，■■处已作遮蔽处理】";

    public static string Plain(Transcript transcript, RedactionPlan plan, double length)
    {
        // Words next to hidden ones stay, though the sound's margin may take their edges; so the margin is left out here.
        var spans = HushedSpan.Of(plan with { Words = null }, transcript, length);
        var segments = transcript.Segments.Select((s, i) => s with { Speaker = null, Text = Text(s, i, plan, spans) }).ToList();
        return Head + "\n" + TranscriptText.Plain(transcript with { Segments = segments });
    }

    private static string Text(TranscriptSegment segment, int index, RedactionPlan plan, IReadOnlyList<HushedSpan> spans)
    {
        var named = (plan.Words ?? []).Where(w => w.Segment == index).ToList();
        if (named.Any(w => w.First is null))
            return Mark;
        if (segment.Words is not { Count: > 0 } words)
            return spans.Any(s => Overlap(s, segment.Start, segment.End)) ? Mark : segment.Text;
        var hidden = words.Select((w, i) => named.Any(n => i >= n.First && i <= (n.Last ?? n.First)) || spans.Any(s => Overlap(s, w.Start, w.End))).ToList();
        if (!hidden.Contains(true))
            return segment.Text;
        return Cut(segment.Text, words, hidden) ?? Mark;
    }

    // Unknown times may lie anywhere.
    private static bool Overlap(HushedSpan span, double? from, double? to) => (from ?? 0) < span.To && (to ?? double.PositiveInfinity) > span.From;

    /// <returns>Null when the text is not what its words say.</returns>
    private static string? Cut(string text, IReadOnlyList<TranscriptWord> words, List<bool> hidden)
    {
        var shown = new StringBuilder();
        var (read, marked) = (0, false);
        for (var i = 0; i < words.Count; i++)
        {
            var at = text.IndexOf(words[i].Text, read, StringComparison.Ordinal);
            if (words[i].Text.Length == 0 || at < 0 || !string.IsNullOrWhiteSpace(text[read..at]))
                return null;
            if (!hidden[i])
                shown.Append(text, read, at - read).Append(words[i].Text);
            else if (!marked)
                shown.Append(text, read, at - read).Append(Mark);
            (read, marked) = (at + words[i].Text.Length, hidden[i]);
        }

        return string.IsNullOrWhiteSpace(text[read..]) ? shown.ToString() : null;
    }
}
