using System.CommandLine;
using System.Text.Json;
using EvidenceIngest.Hosting;

namespace EvidenceIngest.Commands;

/// <summary><c>yearly show|export|fix</c>: figures that the agency publishes by 31 January. Exit code of <c>show</c>: 2 when an agency has no edition, or it differs.</summary>
internal static class YearlyCommand
{
    private const int NotFixed = 2;

    public static Command Create() => new("yearly", "年度执法数据（公示办法第九条） / yearly figures") { Show(), Export(), Fix() };

    private static Option<int?> Year() => new("--year") { Description = "年度，默认上一年度 / default: last year" };

    private static Option<string?> Unit() => new("--unit") { Description = "单位编号，含下级；默认各执法机关 / with units below; default: every agency" };

    private static string Query(int? year, string? unit, string format = "json") =>
        $"supervision/yearly?format={format}{(year is { } y ? $"&year={y}" : "")}{(unit is null ? "" : "&unit=" + Uri.EscapeDataString(unit))}";

    private static Command Show()
    {
        var (year, unit, json) = (Year(), Unit(), CommandLine.Json());
        var command = new Command("show", "查看数据，以及与已形成版本的差异 / the figures, and what differs from the last edition") { year, unit, json };
        command.SetServiceExit(async (parsed, service, ct) =>
        {
            var report = await service.GetAsync(Query(parsed.GetValue(year), parsed.GetValue(unit)), ct);
            var agencies = report.GetProperty("agencies").EnumerateArray().ToList();
            if (parsed.GetValue(json))
                agencies.ForEach(CommandLine.WriteJson);
            else
                agencies.ForEach(a => Write(report, a));
            return agencies.Exists(a => a.GetProperty("editions").GetArrayLength() == 0 || a.GetProperty("differences").GetArrayLength() > 0) ? NotFixed : 0;
        });
        return command;
    }

    private static void Write(JsonElement report, JsonElement agency)
    {
        Console.Out.WriteLine($"{agency.Text("name")}  {report.Text("year")}年度{(report.GetProperty("isOver").GetBoolean() ? "" : "（年度尚未结束）")}");
        var table = new ListTable("项目", "数量", "说明");
        foreach (var figure in agency.GetProperty("figures").EnumerateArray())
            table.Add(figure.Text("name"), figure.Text("shown"), figure.Text("meaning"));
        table.Write();
        var editions = agency.GetProperty("editions").EnumerateArray().ToList();
        Console.Out.WriteLine(editions.Count == 0 ? "尚未形成年度数据，请核对后运行 yearly fix" : $"已形成第{editions[^1].Text("number")}版，{editions[^1].Text("madeAt")}，{editions[^1].Text("madeBy")}");
        foreach (var difference in agency.GetProperty("differences").EnumerateArray())
            Console.Out.WriteLine($"! {difference.Text("name")}：已形成版本为{difference.Text("edition")}，现为{difference.Text("now")}");
    }

    private static Command Export()
    {
        var (year, unit) = (Year(), Unit());
        var file = new Option<FileInfo>("--out") { Description = ".csv 或者打印用 .html 文件，不得已存在 / must not exist yet", Required = true };
        var command = new Command("export", "导出用于公开的表格 / for publication") { year, unit, file };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var target = parsed.GetRequiredValue(file);
            var format = target.Extension switch { ".csv" => "csv", ".html" => "html", _ => throw new ServiceException("文件名应以 .csv 或者 .html 结尾 / must end in .csv or .html") };
            // A table that broke off must not look like a whole one.
            if (target.Exists)
                throw new ServiceException($"{target.FullName} 已存在 / exists already");
            var part = target.FullName + ".part";
            await using (var content = File.Create(part))
                await service.DownloadAsync(Query(parsed.GetValue(year), parsed.GetValue(unit), format), content, _ => { }, ct);
            File.Move(part, target.FullName);
            Console.Out.WriteLine($"已导出 / written: {target.FullName}");
        });
        return command;
    }

    private static Command Fix()
    {
        var year = new Argument<int>("year") { Description = "年度 / year" };
        var unit = new Argument<string>("unit") { Description = "单位编号 / unit" };
        var why = new Option<string>("--why") { Description = "事由，写入服务日志链 / reason; enters the service's chain", Required = true };
        var command = new Command("fix", "形成年度数据：固定当前统计结果，以后的变化另行说明 / fixes an edition; later differences are told") { year, unit, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var report = await service.SendAsync(
                HttpMethod.Post, "supervision/yearly", new { year = parsed.GetRequiredValue(year), unit = parsed.GetRequiredValue(unit), why = parsed.GetRequiredValue(why) }, ct);
            var last = report.GetProperty("agencies")[0].GetProperty("editions").EnumerateArray().Last();
            Console.Out.WriteLine($"已形成{report.Text("year")}年度数据第{last.Text("number")}版  sha256 {last.Text("sha256")}");
        });
        return command;
    }
}
