using System.Globalization;
using System.Text;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Packages.Report;

namespace EvidenceIngest.Server.Supervision.Yearly;

/// <summary>年度数据 as files that are published: nothing in them is for the inside, such as what changed since an edition.</summary>
internal static class YearlySheets
{
    private static readonly (string, double)[] Columns = [("项目", 0.4), ("数量", 0.15), ("说明", 0.45)];

    private static readonly string[] Notes =
    [
        "涉及国家秘密的音像资料及其所属案件、查阅申请不计入任何数据（公示办法第十条）。",
        "1至4的数量显示为“少于5”；可能据以推算该数量的其他数据显示为“不单列”。数量为0的照实公布。",
    ];

    public static byte[] Csv(YearlyReport report, TimeZoneInfo zone)
    {
        // Spreadsheets take a file without the mark for GBK.
        var text = new StringBuilder("\uFEFF");
        Add("年度", "单位", "项目", "数量", "说明");
        foreach (var agency in report.Agencies)
        {
            foreach (var figure in agency.Figures)
                Add(report.Year.ToString(CultureInfo.InvariantCulture), agency.Name, figure.Name, figure.Shown, figure.Meaning);
        }

        foreach (var note in Notes.Append(State(report, zone)))
            Add("", "", "说明", "", note);
        foreach (var unknown in report.NotKnown)
            Add("", "", "本系统不掌握", "", unknown);
        return Encoding.UTF8.GetBytes(text.ToString());

        void Add(params string[] cells) => text.Append(RegisterExport.Line(cells)).Append("\r\n");
    }

    public static byte[] Html(YearlyReport report, TimeZoneInfo zone)
    {
        var blocks = new List<ReportBlock>();
        foreach (var agency in report.Agencies)
        {
            blocks.Add(new ReportHeading(1, agency.Name));
            blocks.Add(new ReportTable(Columns, [.. agency.Figures.Select(f => new[] { f.Name, f.Shown, f.Meaning })]));
        }

        blocks.Add(new ReportHeading(1, "说明"));
        blocks.AddRange(Notes.Append(State(report, zone)).Select(n => new ReportParagraph(n)));
        blocks.Add(new ReportHeading(1, "本系统不掌握、须由其他系统提供的数据"));
        blocks.AddRange(report.NotKnown.Select(n => new ReportParagraph(n + "。")));
        blocks.Add(new ReportSignatures("以上数据已核对。", ["填报人（签名）", "日期", "负责人（签名）", "日期"]));
        return ReportHtml.Write(new ReportDocument(string.Create(CultureInfo.InvariantCulture, $"{report.Year}年度行政执法音像记录有关数据"), "", blocks));
    }

    private static string State(YearlyReport report, TimeZoneInfo zone) => string.Create(
        CultureInfo.InvariantCulture, $"统计时间{TimeZoneInfo.ConvertTime(report.CountedAt, zone):yyyy-MM-dd HH:mm}{(report.IsOver ? "" : "，年度尚未结束，数据未最终确定")}。只含登记于本系统的音像资料和案件，不代替行政执法统计年报。");
}
