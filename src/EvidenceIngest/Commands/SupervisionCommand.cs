using System.CommandLine;

namespace EvidenceIngest.Commands;

/// <summary><c>supervision</c>: how many recordings came in time, are complete and belong to a case.</summary>
internal static class SupervisionCommand
{
    public static Command Create()
    {
        var from = new Option<string>("--from") { Description = "起始日期，如 2026-11-01 / first day", Required = true };
        var to = new Option<string>("--to") { Description = "截止日期 / last day", Required = true };
        var by = new Option<string>("--by") { Description = "统计口径：unit 单位, officer 人员, dock 采集站, month 月份", DefaultValueFactory = _ => "unit" };
        var json = CommandLine.Json();
        var command = new Command("supervision", "执法监督统计 / figures for supervision") { from, to, by, json };
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
}
