using System.Globalization;
using System.Text;

namespace EvidenceIngest.Server.Packages.Report.Pdf;

/// <summary>How a text stands on the page. Lengths in points (1/72 inch).</summary>
internal sealed record TextStyle(double Size, bool Bold = false, bool Digits = false)
{
    public double LineHeight => Size * 1.5;

    public Face Face => Digits ? Face.Digits : Bold ? Face.LatinBold : Face.Latin;
}

/// <summary>A sheet of A4 after the other, filled from the top; numbered when it is known how many there are.</summary>
internal sealed class PdfPages
{
    public const double Left = 48;
    public const double Width = PageWidth - (2 * Left);

    private const double PageWidth = 595;
    private const double PageHeight = 842;
    private const double Top = 52;
    private const double Bottom = PageHeight - 58;

    private static readonly TextStyle Foot = new(8);

    private readonly string _title;
    private readonly Dictionary<Face, PdfFont> _fonts;
    private readonly List<StringBuilder> _pages = [];

    public PdfPages(ReportFonts fonts, string title)
    {
        (_title, Lines) = (title, new TextLines(fonts));
        _fonts = Enum.GetValues<Face>().ToDictionary(face => face, face => new PdfFont(face, fonts.Of(face)));
        Next();
    }

    public TextLines Lines { get; }

    /// <summary>Where the next thing begins.</summary>
    public double Y { get; private set; }

    public double Room => Bottom - Y;

    public static double Height => Bottom - Top;

    public void Next()
    {
        _pages.Add(new StringBuilder());
        Y = Top;
    }

    /// <summary>Goes to the next page unless that much is left on this one.</summary>
    public void Need(double height)
    {
        if (height > Room && Y > Top)
            Next();
    }

    public void Skip(double height) => Y += height;

    public void Line(IReadOnlyList<TextRun> runs, TextStyle style, double x, double top) => Line(_pages[^1], runs, style, x, top);

    public void Centred(string text, TextStyle style)
    {
        foreach (var line in Lines.Break(text, style.Face, style.Size, Width))
        {
            Line(line, style, Left + ((Width - line.Sum(r => r.Width)) / 2), Y);
            Y += style.LineHeight;
        }
    }

    public void Box(double x, double top, double width, double height, bool shaded)
    {
        var box = Points($"{x} {PageHeight - top - height} {width} {height} re");
        _pages[^1].Append(shaded ? $"0.94 g {box} f 0 g\n" : "").Append(CultureInfo.InvariantCulture, $"0.6 w {box} S\n");
    }

    public void Rule(double x, double y, double width) => Rule(_pages[^1], x, y, width);

    /// <param name="mark">At the foot of every page.</param>
    public byte[] Finish(string mark)
    {
        for (var i = 0; i < _pages.Count; i++)
        {
            Rule(_pages[i], Left, Bottom + 14, Width);
            Line(_pages[i], Lines.Break(mark, Face.Digits, Foot.Size, Width)[0], Foot with { Digits = true }, Left, Bottom + 17);
            var number = Lines.Break(string.Create(CultureInfo.InvariantCulture, $"第 {i + 1} 页　共 {_pages.Count} 页"), Foot.Face, Foot.Size, Width)[0];
            Line(_pages[i], number, Foot, Left + Width - number.Sum(r => r.Width), Bottom + 17);
        }

        var pdf = new PdfFile();
        var tree = pdf.Reserve();
        var resources = pdf.Reserve();
        var pages = _pages.ConvertAll(content => pdf.Add(
            Points($"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 {PageWidth} {PageHeight}] /Resources {resources} 0 R /Contents {pdf.AddStream(Encoding.ASCII.GetBytes(content.ToString()))} 0 R >>")));
        pdf.Set(tree, $"<< /Type /Pages /Kids [{string.Join(' ', pages.Select(p => $"{p} 0 R"))}] /Count {pages.Count} >>");
        var fonts = _fonts.Values.Where(f => f.IsUsed).Select(f => $"/{f.Name} {f.Embed(pdf)} 0 R");
        pdf.Set(resources, $"<< /Font << {string.Join(' ', fonts)} >> >>");
        var catalogue = pdf.Add($"<< /Type /Catalog /Pages {tree} 0 R /Lang (zh-CN) /ViewerPreferences << /DisplayDocTitle true >> >>");
        return pdf.Finish(catalogue, pdf.Add($"<< /Title {PdfFile.Text(_title)} /Producer (EvidenceIngest) >>"));
    }

    private void Line(StringBuilder page, IReadOnlyList<TextRun> runs, TextStyle style, double x, double top)
    {
        // Where letters stand in a line of one and a half times their size.
        var baseline = PageHeight - top - (style.LineHeight / 2) - (style.Size * 0.36);
        foreach (var run in runs)
        {
            // Of Chinese weights there is only one; drawing its edges as well makes it bold.
            var weight = style.Bold && run.Face == Face.Chinese ? Points($"2 Tr {style.Size * 0.03} w") : "0 Tr";
            var font = _fonts[run.Face];
            page.Append(Points($"BT {weight} /")).Append(font.Name).Append(Points($" {style.Size} Tf {x} {baseline} Td <")).Append(font.Encode(run.Text)).Append("> Tj ET\n");
            x += run.Width;
        }
    }

    private static void Rule(StringBuilder page, double x, double y, double width) =>
        page.Append(Points($"0.6 w {x} {PageHeight - y} m {x + width} {PageHeight - y} l S\n"));

    /// <summary>Numbers as PDF has them: no exponents, and a hundredth of a point is finer than any printer.</summary>
    private static string Points(FormattableString text) =>
        string.Format(CultureInfo.InvariantCulture, text.Format, [.. text.GetArguments().Select(a => a is double d ? Math.Round(d, 2) : a)]);
}
