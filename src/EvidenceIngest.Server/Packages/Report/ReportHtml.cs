using System.Globalization;
using System.Net;
using System.Text;

namespace EvidenceIngest.Server.Packages.Report;

/// <summary>One file that prints on A4: no scripts, nothing loaded from anywhere, and its own policy forbids both.</summary>
internal static class ReportHtml
{
    private const string Style =
        """
        @page { size: A4; margin: 18mm 16mm 20mm; }
        * { box-sizing: border-box; }
        html { color: #000; background: #fff; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
        body { max-width: 178mm; margin: 0 auto; padding: 8mm 0; font: 10.5pt/1.6 "SimSun", "Songti SC", "Noto Serif CJK SC", "Droid Sans Fallback", serif; font-variant-ligatures: none; }
        h1 { text-align: center; font-size: 20pt; letter-spacing: .12em; margin: 0 0 2mm; font-weight: 700; }
        h2 { font-size: 13pt; margin: 7mm 0 2mm; break-after: avoid; }
        h3 { font-size: 10.5pt; margin: 4mm 0 1.5mm; break-after: avoid; }
        p { margin: 0 0 1.5mm; }
        p.mark { text-align: center; margin-bottom: 5mm; }
        table { width: 100%; border-collapse: collapse; table-layout: fixed; margin-bottom: 2mm; }
        th, td { border: .6pt solid #000; padding: .8mm 1.6mm; text-align: left; vertical-align: top; overflow-wrap: anywhere; font-size: 9pt; line-height: 1.5; font-weight: 400; }
        th { background: #f0f0f0; }
        tr { break-inside: avoid; }
        thead { display: table-header-group; }
        col.label { width: 26mm; }
        .digits { font-family: "DejaVu Sans Mono", "Consolas", monospace; font-size: 8pt; }
        .alert { font-weight: 700; }
        .signatures { display: grid; grid-template-columns: 1fr 1fr; gap: 9mm 12mm; margin-top: 9mm; break-inside: avoid; }
        .signatures p { grid-column: 1 / 3; margin: 0; }
        .signatures span { border-bottom: .6pt solid #000; padding-bottom: 6mm; }
        @media print { body { padding: 0; max-width: none; } }
        """;

    public static byte[] Write(ReportDocument report)
    {
        var html = new StringBuilder();
        html.Append("<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n")
            .Append(CultureInfo.InvariantCulture, $"<title>{Escape(report.Title)} {Escape(report.Mark)}</title>\n<style>\n{Style}\n")
            // Only hexadecimal digits and hyphens can be in it, but a style sheet has no escape for the rest.
            .Append(CultureInfo.InvariantCulture, $"@page {{ @bottom-left {{ content: \"{CssText(report.Mark)}\"; font: 8pt monospace; }} @bottom-right {{ content: \"第 \" counter(page) \" 页  共 \" counter(pages) \" 页\"; font-size: 8pt; }} }}\n")
            .Append("</style>\n</head>\n<body>\n")
            .Append(CultureInfo.InvariantCulture, $"<h1>{Escape(report.Title)}</h1>\n<p class=\"mark digits\">{Escape(report.Mark)}</p>\n");
        foreach (var block in report.Blocks)
            Append(html, block);
        return Encoding.UTF8.GetBytes(html.Append("</body>\n</html>\n").ToString());
    }

    private static void Append(StringBuilder html, ReportBlock block)
    {
        switch (block)
        {
            case ReportHeading heading:
                html.Append(CultureInfo.InvariantCulture, $"<h{heading.Level + 1}>{Escape(heading.Text)}</h{heading.Level + 1}>\n");
                break;
            case ReportParagraph paragraph:
                html.Append(CultureInfo.InvariantCulture, $"<p>{Escape(paragraph.Text)}</p>\n");
                break;
            case ReportForm form:
                Append(html, form);
                break;
            case ReportTable table:
                html.Append("<table>\n<colgroup>");
                foreach (var (_, share) in table.Columns)
                    html.Append(CultureInfo.InvariantCulture, $"<col style=\"width:{share * 100:0.#}%\">");
                html.Append("</colgroup>\n<thead><tr>").AppendJoin("", table.Columns.Select(c => $"<th>{Escape(c.Title)}</th>")).Append("</tr></thead>\n<tbody>\n");
                foreach (var row in table.Rows)
                    html.Append("<tr>").AppendJoin("", row.Select(cell => $"<td>{Escape(cell)}</td>")).Append("</tr>\n");
                html.Append("</tbody>\n</table>\n");
                break;
            case ReportSignatures signatures:
                html.Append(CultureInfo.InvariantCulture, $"<div class=\"signatures\"><p>{Escape(signatures.Confirmed)}</p>").AppendJoin("", signatures.Labels.Select(l => $"<span>{Escape(l)}：</span>")).Append("</div>\n");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(block), block.GetType().Name, "no such block");
        }
    }

    private static void Append(StringBuilder html, ReportForm form)
    {
        var isPaired = form.Rows.Any(row => row.Count == 2);
        html.Append("<table>\n<colgroup><col class=\"label\"><col>").Append(isPaired ? "<col class=\"label\"><col>" : "").Append("</colgroup>\n");
        foreach (var row in form.Rows)
        {
            html.Append("<tr>");
            foreach (var field in row)
            {
                var span = isPaired && row.Count == 1 ? " colspan=\"3\"" : "";
                var style = field.Style switch { ReportStyle.Digits => " class=\"digits\"", ReportStyle.Alert => " class=\"alert\"", _ => "" };
                html.Append(CultureInfo.InvariantCulture, $"<th>{Escape(field.Label)}</th><td{span}{style}>{Escape(field.Value)}</td>");
            }

            html.Append("</tr>\n");
        }

        html.Append("</table>\n");
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(Shown.Text(text));

    private static string CssText(string text) => string.Concat(text.Where(c => char.IsAsciiLetterOrDigit(c) || c == '-'));
}
