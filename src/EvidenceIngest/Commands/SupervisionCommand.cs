using System.CommandLine;

namespace EvidenceIngest.Commands;

/// <summary><c>supervision [open]</c>: how many recordings came in time, are complete and belong to a case; what is open now.</summary>
internal static class SupervisionCommand
{
    public static Command Create()
    {
        var from = new Option<string>("--from") { Description = "起始日期，如 2026-11-01 / first day", Required = true };
        var to = new Option<string>("--to") { Description = "截止日期 / last day", Required = true };
        var by = new Option<string>("--by") { Description = "统计口径：unit 单位, officer 人员, dock 采集站, month 月份", DefaultValueFactory = _ => "unit" };
        var json = CommandLine.Json();
        var command = new Command("supervision", "执法监督统计 / figures for supervision") { from, to, by, json, Open() };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var report = await service.GetAsync(
                $"supervision?from={Uri.EscapeDataString(parsed.GetRequiredValue(from))}&to={Uri.EscapeDataString(parsed.GetRequiredValue(to))}&by={Uri.EscapeDataString(parsed.GetRequiredValue(by))}", ct);
            var table = new ListTable(parsed.GetRequiredValue(by) switch { "officer" => "警号", "dock" => "采集站", "month" => "月份", _ => "单位" }, "音像资料", "已入库", "按时", "逾期", "要素不全", "未关联案件", "隔离");
            foreach (var row in report.GetProperty("rows").EnumerateArray())
            {
                if (parsed.GetValue(json))
                    CommandLine.WriteJson(row);
                else
                    table.Add(
                        row.Text("key") is { Length: > 0 } key ? key : "（不明）", row.Text("items"), row.Text("sealed"), row.Text("onTime"), row.Text("late"), row.Text("incomplete"),
                        row.Text("unlinked"), row.Text("quarantined"));
            }

            if (!parsed.GetValue(json))
                table.Write();
        });
        return command;
    }

    private static Command Open()
    {
        var json = CommandLine.Json();
        var command = new Command("open", "各单位未办结事项 / what is open in each unit now") { json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var table = new ListTable("单位", "从未采集的记录仪", "超期未还的记录仪", "音像记录缺失的案件", "音像记录不连续的案件", "有异常情况的资料", "未销号的评查问题");
            foreach (var row in (await service.GetAsync("supervision/open", ct)).GetProperty("rows").EnumerateArray())
            {
                if (parsed.GetValue(json))
                    CommandLine.WriteJson(row);
                else
                    table.Add(
                        row.Text("unit"), row.Text("recordersNeverDocked"), row.Text("recordersOverdue"), row.Text("casesMissingFootage"), row.Text("casesWithGaps"),
                        row.Text("itemsWithFindings"), row.Text("reviewFindings"));
            }

            if (!parsed.GetValue(json))
                table.Write();
        });
        return command;
    }
}
