using System.CommandLine;

namespace EvidenceIngest.Commands;

/// <summary><c>calendar show|import</c>: the working days that deadlines are counted with.</summary>
internal static class CalendarCommand
{
    public static Command Create() => new("calendar", "工作日历 / working days") { Show(), Import() };

    private static Command Show()
    {
        var json = CommandLine.Json();
        var command = new Command("show", "查看已有年度与导入记录 / the years that are known, and what was imported") { json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var calendar = await service.GetAsync("calendar", ct);
            if (parsed.GetValue(json))
            {
                CommandLine.WriteJson(calendar);
                return;
            }

            Console.Out.WriteLine($"已有年度：{calendar.Text("years")}");
            foreach (var notice in calendar.GetProperty("imported").EnumerateArray())
                Console.Out.WriteLine($"{notice.Text("year")}  {notice.Text("importedAt")}  {notice.Text("importedBy")}  {notice.Text("why")}  sha256 {notice.Text("sha256")}");
            if (calendar.Text("warning") is { Length: > 0 } warning)
                Console.Out.WriteLine(warning);
        });
        return command;
    }

    private static Command Import()
    {
        var year = new Argument<int>("year") { Description = "年度 / year of the notice" };
        var file = new Argument<FileInfo>("file") { Description = "CSV，每行 date,kind,occasion，kind 为 holiday 放假或 workday 调休上班 / lines date,kind,occasion" };
        var why = new Option<string>("--why") { Description = "通知文号，写入服务日志链 / the notice's number; enters the service's chain", Required = true };
        var command = new Command("import", "导入国务院办公厅年度放假调休安排，受影响的期限重新计算 / a yearly notice; deadlines that it moves are counted anew") { year, file, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var csv = await TextFile.ReadAsync(parsed.GetRequiredValue(file), ct);
            var calendar = await service.SendAsync(HttpMethod.Put, $"calendar/{parsed.GetRequiredValue(year)}", new { csv, why = parsed.GetRequiredValue(why) }, ct);
            Console.Out.WriteLine($"已导入。已有年度：{calendar.Text("years")}");
        });
        return command;
    }
}
