using System.Globalization;
using System.Text;

namespace EvidenceIngest.Server.Packages.Report;

/// <summary>A document for people, before it becomes HTML or PDF; both show exactly this.</summary>
/// <param name="Title">At its head.</param>
/// <param name="Mark">On every page, so that no page can be taken into another document.</param>
/// <param name="Blocks">From top to bottom.</param>
internal sealed record ReportDocument(string Title, string Mark, IReadOnlyList<ReportBlock> Blocks);

internal abstract record ReportBlock;

/// <param name="Level">1 for a chapter, 2 for a part of it.</param>
/// <param name="Text">Never alone at the foot of a page.</param>
internal sealed record ReportHeading(int Level, string Text) : ReportBlock;

internal sealed record ReportParagraph(string Text) : ReportBlock;

/// <summary>The grid of a paper form: labels and what was filled in, one or two pairs a row.</summary>
internal sealed record ReportForm(IReadOnlyList<IReadOnlyList<ReportField>> Rows) : ReportBlock;

/// <param name="Label">As on the paper form.</param>
/// <param name="Value">What stands beside it.</param>
/// <param name="Style">How it is to be read.</param>
internal sealed record ReportField(string Label, string Value, ReportStyle Style = ReportStyle.Plain);

/// <param name="Columns">Titles with their shares of the width, which add up to 1; titles come again on every page.</param>
/// <param name="Rows">A text for each column.</param>
internal sealed record ReportTable(IReadOnlyList<(string Title, double Share)> Columns, IReadOnlyList<IReadOnlyList<string>> Rows) : ReportBlock;

/// <summary>Lines to be filled in by hand, on one page with what they confirm.</summary>
internal sealed record ReportSignatures(string Confirmed, IReadOnlyList<string> Labels) : ReportBlock;

internal enum ReportStyle
{
    Plain,

    /// <summary>A digest or an id, which is compared character by character.</summary>
    Digits,

    /// <summary>Something that is wrong or missing.</summary>
    Alert,
}

/// <summary>Texts that cards and people made, as they may be shown.</summary>
internal static class Shown
{
    /// <summary>
    /// Characters that can't be seen but change how the rest is seen (controls, direction marks, lone surrogates) become their
    /// numbers: a file name must not be able to rewrite the line that it stands in.
    /// </summary>
    public static string Text(string text)
    {
        var shown = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune))
            {
                shown.Append(CultureInfo.InvariantCulture, $"[U+{(int)text[i++]:X4}]");
                continue;
            }

            i += rune.Utf16SequenceLength;
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned)
            {
                shown.Append(CultureInfo.InvariantCulture, $"[U+{rune.Value:X4}]");
            }
            else
            {
                shown.Append(rune);
            }
        }

        return shown.ToString();
    }
}
