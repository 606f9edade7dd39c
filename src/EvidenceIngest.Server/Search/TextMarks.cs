using System.Text;

namespace EvidenceIngest.Server.Search;

/// <summary>Where in a text a term stands, in UTF-16 code units.</summary>
/// <param name="Start">From 0.</param>
/// <param name="Length">At least 1.</param>
public sealed record TextMark(int Start, int Length);

/// <summary>Shows people what was found: the place in a text as it was written, not in the form in which words are compared.</summary>
internal static class TextMarks
{
    // What fits on a line or two beside a picture.
    private const int Longest = 160;
    private const int Before = 40;

    /// <summary>The text around the first term, and where the terms stand in that.</summary>
    public static (string Text, IReadOnlyList<TextMark> Marks) Excerpt(string text, IEnumerable<string> terms)
    {
        var marks = Find(text, terms);
        if (text.Length <= Longest)
            return (text, marks);
        var from = marks.Count == 0 ? 0 : Math.Clamp(marks[0].Start - Before, 0, text.Length - Longest);
        from = WholeCharacter(text, from);
        var to = WholeCharacter(text, from + Longest);
        var (head, tail) = (from > 0 ? "…" : "", to < text.Length ? "…" : "");
        return (
            head + text[from..to] + tail,
            [.. marks.Where(m => m.Start >= from && m.Start + m.Length <= to).Select(m => m with { Start = m.Start - from + head.Length })]);
    }

    private static List<TextMark> Find(string text, IEnumerable<string> terms)
    {
        var (normal, origins) = Normal(text);
        var marks = new List<TextMark>();
        foreach (var term in terms.Select(t => Normal(t).Normal.Trim()).Where(t => t.Length > 0).Distinct(StringComparer.Ordinal))
        {
            for (var at = normal.IndexOf(term, StringComparison.Ordinal); at >= 0; at = normal.IndexOf(term, at + term.Length, StringComparison.Ordinal))
                marks.Add(new TextMark(origins[at].Start, origins[at + term.Length - 1].End - origins[at].Start));
        }

        return [.. marks.OrderBy(m => m.Start).Aggregate(new List<TextMark>(), Join)];
    }

    // Terms may overlap.
    private static List<TextMark> Join(List<TextMark> joined, TextMark next)
    {
        if (joined.Count > 0 && joined[^1] is var last && next.Start <= last.Start + last.Length)
            joined[^1] = last with { Length = Math.Max(last.Start + last.Length, next.Start + next.Length) - last.Start };
        else
            joined.Add(next);
        return joined;
    }

    /// <summary>As <c>search_normal</c> of the database, with where each part comes from. Where the two differ, a mark is missing.</summary>
    private static (string Normal, List<(int Start, int End)> Origins) Normal(string text)
    {
        var (normal, origins) = (new StringBuilder(), new List<(int, int)>());
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            foreach (var part in rune.ToString().Normalize(NormalizationForm.FormKC).EnumerateRunes())
            {
                var plain = Rune.IsLetterOrDigit(part) ? Rune.ToLowerInvariant(part).ToString() : " ";
                if (plain == " " && normal is [.., ' '])
                    continue;
                normal.Append(plain);
                origins.AddRange(Enumerable.Repeat((at, at + rune.Utf16SequenceLength), plain.Length));
            }

            at += rune.Utf16SequenceLength;
        }

        return (normal.ToString(), origins);
    }

    private static int WholeCharacter(string text, int at) => at > 0 && at < text.Length && char.IsLowSurrogate(text[at]) ? at - 1 : at;
}
