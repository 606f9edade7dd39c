using System.Globalization;
using EvidenceIngest.Domain.Cases;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Packages.Report;

namespace EvidenceIngest.Server.Supervision;

/// <summary>案件音像资料完备性报告, as it is printed and signed.</summary>
internal static class CaseReportDocument
{
    private const string None = "缺";

    private static readonly (string, double)[] FactColumns = [("证明对象", 0.4), ("音像资料", 0.46), ("合格件数", 0.14)];
    private static readonly (string, double)[] ItemColumns = [("编号", 0.3), ("类别", 0.08), ("状态", 0.1), ("开始时间", 0.19), ("时长（秒）", 0.11), ("制作人", 0.12), ("按期", 0.1)];
    private static readonly (string, double)[] ShortcomingColumns = [("音像资料", 0.34), ("问题", 0.66)];

    public static ReportDocument Write(CaseReport report, TimeZoneInfo zone)
    {
        var blocks = new List<ReportBlock>
        {
            new ReportForm(
            [
                [new("案号", report.Case)],
                [new("执法事项", report.Matter ?? None, report.Matter is null ? ReportStyle.Alert : ReportStyle.Plain), new("法律依据", report.Law ?? None)],
                [new("办案单位", report.Agency ?? "未注明"), new("案件状态", report.Closed ? "已结案" : "办理中")],
                [new("执行终结", report.ExecutedOn?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "尚未"), new("制作时间", Time(TimeZoneInfo.ConvertTime(report.MadeAt, zone)))],
                [new("制作人", report.MadeBy)],
                [
                    report.Shortcomings.Count == 0
                        ? new("结论", "未发现缺失、逾期、未确认或者隔离的音像资料")
                        : new("结论", string.Create(CultureInfo.InvariantCulture, $"发现问题{report.Shortcomings.Count}项，见“问题清单”"), ReportStyle.Alert),
                ],
            ]),
            new ReportHeading(1, "一、事实与证据"),
        };
        if (report.Facts.Count == 0)
            blocks.Add(new ReportParagraph("没有音像资料注明证明对象。"));
        else
            blocks.Add(new ReportTable(FactColumns, [.. report.Facts.Select(f => new[] { f.Fact, string.Join('、', f.Items), string.Create(CultureInfo.InvariantCulture, $"{f.Accepted} / {f.Items.Count}") })]));
        blocks.Add(new ReportHeading(1, "二、全过程音像记录"));
        blocks.AddRange(Whole(report.WholeRecording));
        blocks.Add(new ReportHeading(1, "三、问题清单"));
        if (report.Shortcomings.Count == 0)
            blocks.Add(new ReportParagraph("无。"));
        else
            blocks.Add(new ReportTable(ShortcomingColumns, [.. report.Shortcomings.Select(s => new[] { s.Item ?? "全案", Chinese(s.Text) })]));
        blocks.Add(new ReportHeading(1, "四、音像资料"));
        if (report.Items.Count > 0)
            blocks.Add(new ReportTable(ItemColumns, [.. report.Items.Select(Row)]));
        blocks.Add(new ReportParagraph(
            "本报告由系统依据制作时的登记信息生成，只含制作人有权查看的音像资料，不代替法制审核意见。案件未登记执法起止时间的，只能指出首末录像之间的间断。"));
        blocks.Add(new ReportSignatures("以上情况已核对。", ["承办人（签名）", "日期", "法制审核人员（签名）", "日期"]));
        return new ReportDocument("案件音像资料完备性报告", "", blocks);
    }

    private static IEnumerable<ReportBlock> Whole(WholeRecordingView whole)
    {
        yield return new ReportParagraph(whole.Demanded switch
        {
            true => "该事项须全过程音像记录（第五条）。",
            false => "该事项不要求全过程音像记录。",
            null => "案件未注明执法事项，无法判断是否须全过程音像记录。",
        });
        yield return new ReportParagraph(whole is { From: { } from, To: { } to }
            ? $"录像自{Time(from)}至{Time(to)}，其间{(whole.Gaps.Count == 0 ? "没有间断" : string.Create(CultureInfo.InvariantCulture, $"间断{whole.Gaps.Count}处"))}（{FootageCoverage.Tolerance.TotalSeconds:0}秒以内不计）。"
            : "没有时间明确的录像。");
        foreach (var gap in whole.Gaps)
            yield return new ReportParagraph(string.Create(CultureInfo.InvariantCulture, $"间断：{Time(gap.From)}至{Time(gap.To)}，{gap.Seconds:0}秒。"));
        if (whole.Unplaced.Count > 0)
            yield return new ReportParagraph($"时间或者时长不明的录像：{string.Join('、', whole.Unplaced)}。");
    }

    private static string[] Row(ReportedItem item) =>
    [
        item.Item, EvidenceWords.Chinese(item.Kind), EvidenceWords.State(item.State), item.Begins is { } begins ? Time(begins) : "不明",
        item.Seconds?.ToString("0", CultureInfo.InvariantCulture) ?? "不明", item.Metadata.Producer?.Value ?? None, item.OnTime switch { true => "按期", false => "逾期", null => "不明" },
    ];

    // The list has both; paper that goes to reviewers is Chinese.
    private static string Chinese(string text) => text.LastIndexOf(" / ", StringComparison.Ordinal) is > 0 and var at ? text[..at] : text;

    private static string Time(DateTimeOffset at) => at.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}

internal static class CaseReportEndpoints
{
    private const string Html = "text/html; charset=utf-8";

    public static void Map(IEndpointRouteBuilder readers) =>
        readers.MapGet("/cases/{number}/report", GetAsync).Concerns(Data.Case).WithTags("Supervision").Produces<CaseReport>(StatusCodes.Status200OK, "application/json", Html);

    private static async Task<IResult> GetAsync(string number, HttpContext http, CaseReports reports, ServerOptions options, CancellationToken ct, string? format = null)
    {
        if (format is not (null or "json" or "html"))
            throw RequestRefusedException.Invalid("format", "格式应为 json 或 html / must be json or html");
        Texts.Demand(number, "case", 200);
        var report = await reports.MakeAsync(Texts.FromRoute(number), http.Caller(), ct);
        if (format != "html")
            return TypedResults.Ok(report);
        await reports.RecordAsync(report.Case, http.Caller(), ct);
        return TypedResults.Bytes(ReportHtml.Write(CaseReportDocument.Write(report, options.AgencyZone)), Html);
    }
}
