using System.Text;

namespace EvidenceIngest.Server.Packages.Report.Pdf;

/// <summary>A piece of a line in one face.</summary>
/// <param name="Face">Which.</param>
/// <param name="Text">What is drawn.</param>
/// <param name="Width">In points.</param>
internal sealed record TextRun(Face Face, string Text, double Width);

/// <summary>Breaks text into lines as Chinese print does: between any two characters, but words and numbers stay whole while they fit.</summary>
internal sealed class TextLines(ReportFonts fonts)
{
    // Marks that may not begin a line, and such that may not end one (GB/T 15834-2011, 5.1).
    private const string NotFirst = "，。、；：？！）》」』】”’…%,.;:?!)]}";
    private const string NotLast = "（《「『【“‘([{";

    /// <summary>Lines no wider than that; a single thing that is wider is broken wherever it must.</summary>
    public IReadOnlyList<IReadOnlyList<TextRun>> Break(string text, Face face, double size, double width)
    {
        var runes = text.EnumerateRunes().ToArray();
        var lines = new List<IReadOnlyList<TextRun>>();
        var start = 0;
        while (start < runes.Length)
        {
            var (end, used) = (start, 0.0);
            while (end < runes.Length && used + Width(runes[end], face, size) <= width)
                used += Width(runes[end++], face, size);
            if (end < runes.Length)
                end = Retreat(runes, start, Math.Max(end, start + 1));
            lines.Add(Runs(runes.AsSpan(start, end - start), face, size));
            start = end;
            while (start < runes.Length && start > 0 && runes[start].Value == ' ')
                start++;
        }

        return lines.Count > 0 ? lines : [[]];
    }

    public double Width(string text, Face face, double size) => text.EnumerateRunes().Sum(rune => Width(rune, face, size));

    private static int Retreat(Rune[] runes, int start, int end)
    {
        for (var place = end; place > start; place--)
        {
            if (IsBreak(runes[place - 1], runes[place]))
                return place;
        }

        return end;
    }

    private static bool IsBreak(Rune before, Rune after)
    {
        if (NotLast.Contains(before.ToString(), StringComparison.Ordinal) || NotFirst.Contains(after.ToString(), StringComparison.Ordinal))
            return false;
        return before.Value is ' ' or '/' or '-' or ';' or ',' || IsChinese(before) || IsChinese(after);
    }

    private static bool IsChinese(Rune rune) => rune.Value >= 0x2E80;

    private List<TextRun> Runs(ReadOnlySpan<Rune> runes, Face wanted, double size)
    {
        var runs = new List<TextRun>();
        var text = new StringBuilder();
        var (face, width) = (wanted, 0.0);
        foreach (var rune in runes)
        {
            var (shown, itsFace) = Glyph(rune, wanted);
            if (itsFace != face)
            {
                Flush();
                face = itsFace;
            }

            text.Append(shown);
            width += fonts.Width(shown.EnumerateRunes().First().Value, face) * size;
        }

        Flush();
        return runs;

        void Flush()
        {
            if (text.Length > 0)
                runs.Add(new TextRun(face, text.ToString(), width));
            text.Clear();
            width = 0;
        }
    }

    private double Width(Rune rune, Face wanted, double size)
    {
        var (shown, face) = Glyph(rune, wanted);
        return fonts.Width(shown.EnumerateRunes().First().Value, face) * size;
    }

    /// <summary>What no font has is shown as a geta mark, as printers do.</summary>
    private (string Shown, Face Face) Glyph(Rune rune, Face wanted) =>
        fonts.FaceOf(rune.Value, wanted) is { } face ? (rune.ToString(), face) : ("〓", Face.Chinese);
}
