namespace EvidenceIngest.Server.Packages.Report.Pdf;

/// <summary>The same document on paper: A4, numbered pages with the package's id, fonts embedded.</summary>
internal static class ReportPdf
{
    private const double LabelWidth = 76;
    private const double Padding = 4;
    private const double MarginUnderBlock = 6;

    private static readonly TextStyle Title = new(19, Bold: true);
    private static readonly TextStyle Body = new(9.5);
    private static readonly TextStyle Cell = new(8.5);
    private static readonly TextStyle Small = new(7.5);

    public static byte[] Write(ReportDocument report, ReportFonts fonts)
    {
        var pages = new PdfPages(fonts, $"{report.Title} {report.Mark}");
        pages.Centred(report.Title, Title);
        pages.Centred(report.Mark, Small with { Digits = true });
        pages.Skip(MarginUnderBlock);
        foreach (var block in report.Blocks)
            Draw(pages, block);
        return pages.Finish(report.Mark);
    }

    private static void Draw(PdfPages pages, ReportBlock block)
    {
        switch (block)
        {
            case ReportHeading heading:
                var style = new TextStyle(heading.Level == 1 ? 12 : 9.5, Bold: true);
                pages.Skip(heading.Level == 1 ? 10 : 2);
                // With three rows of whatever follows.
                pages.Need(style.LineHeight * 4);
                Text(pages, heading.Text, style);
                pages.Skip(2);
                break;
            case ReportParagraph paragraph:
                Text(pages, paragraph.Text, Body);
                pages.Skip(2);
                break;
            case ReportForm form:
                foreach (var row in form.Rows)
                    Row(pages, Cells(pages, row));
                pages.Skip(MarginUnderBlock);
                break;
            case ReportTable table:
                Draw(pages, table);
                break;
            case ReportSignatures signatures:
                Draw(pages, signatures);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(block), block.GetType().Name, "no such block");
        }
    }

    private static void Draw(PdfPages pages, ReportTable table)
    {
        var widths = table.Columns.Select(c => c.Share * PdfPages.Width).ToList();
        List<RowCell> Row(IEnumerable<string> texts, bool isTitle) =>
            [.. texts.Select((text, i) => RowCell.Of(pages.Lines, Shown.Text(text), isTitle ? Small with { Bold = true } : Small, widths[i], isTitle))];
        var titles = Row(table.Columns.Select(c => c.Title), isTitle: true);
        ReportPdf.Row(pages, titles);
        foreach (var row in table.Rows)
            ReportPdf.Row(pages, Row(row, isTitle: false), titles);
        pages.Skip(MarginUnderBlock);
    }

    private static void Draw(PdfPages pages, ReportSignatures signatures)
    {
        const double RowHeight = 40;
        var half = PdfPages.Width / 2;
        pages.Skip(MarginUnderBlock);
        pages.Need((RowHeight * ((signatures.Labels.Count + 1) / 2)) + Body.LineHeight);
        Text(pages, signatures.Confirmed, Body);
        for (var i = 0; i < signatures.Labels.Count; i += 2)
        {
            pages.Skip(RowHeight);
            foreach (var (label, column) in signatures.Labels.Skip(i).Take(2).Select((l, c) => (l, c)))
            {
                var x = PdfPages.Left + (column * half);
                var line = pages.Lines.Break(label + "：", Body.Face, Body.Size, half)[0];
                var width = line.Sum(r => r.Width);
                pages.Line(line, Body, x, pages.Y - Body.LineHeight);
                pages.Rule(x + width + Padding, pages.Y, half - width - 24);
            }
        }
    }

    private static List<RowCell> Cells(PdfPages pages, IReadOnlyList<ReportField> row)
    {
        var share = PdfPages.Width / row.Count;
        return [.. row.SelectMany(field => new[]
        {
            RowCell.Of(pages.Lines, Shown.Text(field.Label), Cell, LabelWidth, shaded: true),
            RowCell.Of(
                pages.Lines, Shown.Text(field.Value),
                field.Style switch { ReportStyle.Digits => Small with { Digits = true }, ReportStyle.Alert => Cell with { Bold = true }, _ => Cell },
                share - LabelWidth, shaded: false),
        })];
    }

    /// <summary>A row goes to the next page when it doesn't fit; one that is taller than a page is cut between lines.</summary>
    private static void Row(PdfPages pages, List<RowCell> cells, List<RowCell>? titles = null)
    {
        for (var first = 0; ;)
        {
            var height = cells.Max(c => c.Height(first));
            if (height > pages.Room && (height <= PdfPages.Height || pages.Room < PdfPages.Height / 4))
            {
                pages.Next();
                if (titles is not null)
                    Row(pages, titles);
            }

            height = Math.Min(height, pages.Room);
            var drawn = cells.Max(c => c.Fitting(first, height));
            var x = PdfPages.Left;
            foreach (var cell in cells)
            {
                pages.Box(x, pages.Y, cell.Width, height, cell.Shaded);
                for (var i = first; i < Math.Min(cell.Lines.Count, first + drawn); i++)
                    pages.Line(cell.Lines[i], cell.Style, x + Padding, pages.Y + (Padding / 2) + ((i - first) * cell.Style.LineHeight));
                x += cell.Width;
            }

            pages.Skip(height);
            first += Math.Max(1, drawn);
            if (cells.All(c => first >= c.Lines.Count))
                return;
        }
    }

    private static void Text(PdfPages pages, string text, TextStyle style)
    {
        foreach (var line in pages.Lines.Break(Shown.Text(text), style.Face, style.Size, PdfPages.Width))
        {
            pages.Need(style.LineHeight);
            pages.Line(line, style, PdfPages.Left, pages.Y);
            pages.Skip(style.LineHeight);
        }
    }

    /// <param name="Lines">Broken to the width.</param>
    /// <param name="Style">Of all of them.</param>
    /// <param name="Width">With its padding.</param>
    /// <param name="Shaded">A label's.</param>
    private sealed record RowCell(IReadOnlyList<IReadOnlyList<TextRun>> Lines, TextStyle Style, double Width, bool Shaded)
    {
        public static RowCell Of(TextLines lines, string text, TextStyle style, double width, bool shaded) =>
            new(lines.Break(text, style.Face, style.Size, width - (2 * Padding)), style, width, shaded);

        public double Height(int first) => (Math.Max(0, Lines.Count - first) * Style.LineHeight) + Padding;

        public int Fitting(int first, double height) => Math.Min(Math.Max(0, Lines.Count - first), (int)((height - Padding + 0.01) / Style.LineHeight));
    }
}
