using System.CommandLine;

namespace EvidenceIngest.Commands;

/// <summary><c>import accounts|assignments|matters|cases FILE</c>: what offices keep in spreadsheets, with a report for each line.</summary>
internal static class ImportCommand
{
    private const int SomeRefused = 2;

    public static Command Create() => new("import", "从 CSV 导入 / import from CSV")
    {
        Of("accounts", "人员账号：账号,姓名,单位编号,警号 / accounts"),
        Of("assignments", "记录仪配发：记录仪编号,警号,姓名,单位,单位编号,领用时间 / who carries which recorder"),
        Of("matters", "音像记录事项清单：事项编号,事项名称,法律依据,全过程记录,保管期限类别 / the matter list"),
        Of("cases", "案件：案号,状态,事项编号,单位,单位编号,保管期限类别,执行终结日期 / cases"),
    };

    private static Command Of(string what, string description)
    {
        var file = new Argument<FileInfo>("file") { Description = "UTF-8 编码的 CSV，首行为列名 / CSV in UTF-8 with a line of headings" };
        var json = CommandLine.Json();
        var command = new Command(what, description) { file, json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var report = await service.SendAsync(HttpMethod.Post, "imports/" + what, new { csv = await TextFile.ReadAsync(parsed.GetRequiredValue(file), ct) }, ct);
            if (parsed.GetValue(json))
            {
                CommandLine.WriteJson(report);
            }
            else
            {
                foreach (var line in report.GetProperty("lines").EnumerateArray().Where(l => l.Text("result") == "Refused" || l.Text("password").Length > 0))
                    Console.Out.WriteLine(line.Text("password") is { Length: > 0 } once ? $"第{line.Text("line")}行\t一次性密码\t{once}" : $"第{line.Text("line")}行\t未导入\t{line.Text("why")}");
                await Console.Error.WriteLineAsync(
                    $"已导入 {report.Text("taken")} 行，无变化 {report.Text("unchanged")} 行，未导入 {report.Text("refused")} 行 / taken, unchanged, refused");
            }

            Environment.ExitCode = report.Text("refused") == "0" ? 0 : SomeRefused;
        });
        return command;
    }
}
