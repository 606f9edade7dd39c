using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using EvidenceIngest.Hosting;

namespace EvidenceIngest.Commands;

/// <summary><c>exchange dry-run|export</c>: files for the provincial platform, as a profile says. Nothing is sent over a network. Exit code 2: something was left out.</summary>
internal static class ExchangeCommand
{
    private const int LeftOut = 2;

    public static Command Create() => new("exchange", "向省级平台报送的数据文件（只生成文件，不联网发送） / files for the provincial platform; nothing is sent") { DryRun(), Export() };

    private static Option<FileInfo> Profile() => new("--profile") { Description = "配置文件，如 docs/exchange-example.yaml / the profile", Required = true };

    private static Option<string> From() => new("--from") { Description = "案件登记、变更或者结案日期自，如 2026-11-01 / cases that changed from this day on", Required = true };

    private static Option<string> To() => new("--to") { Description = "至 / to this day", Required = true };

    private static Option<string?> Unit() => new("--unit") { Description = "单位编号，含下级 / of this unit and those below" };

    private static Command DryRun()
    {
        var (profile, from, to, unit, json) = (Profile(), From(), To(), Unit(), CommandLine.Json());
        var command = new Command("dry-run", "逐条显示将要报送的内容和缺少、超长、无代码的项目；有案件不能报送时退出码为 2 / exactly what would be sent") { profile, from, to, unit, json };
        command.SetServiceExit(async (parsed, service, ct) =>
        {
            var draft = await service.SendAsync(
                HttpMethod.Post, "exchange/dry-run",
                new { profile = await TextFile.ReadAsync(parsed.GetRequiredValue(profile), ct), from = parsed.GetRequiredValue(from), to = parsed.GetRequiredValue(to), unit = parsed.GetValue(unit) }, ct);
            foreach (var found in draft.GetProperty("cases").EnumerateArray())
            {
                if (parsed.GetValue(json))
                    CommandLine.WriteJson(found);
                else
                    Write(found);
            }

            await Console.Error.WriteLineAsync($"可以报送 {draft.Text("sent")} 件，不能报送 {draft.Text("leftOut")} 件{Withheld(draft)}。");
            return draft.GetProperty("leftOut").GetInt32() > 0 ? LeftOut : 0;
        });
        return command;
    }

    private static void Write(JsonElement found)
    {
        Console.Out.WriteLine($"{(found.GetProperty("isSent").GetBoolean() ? "报送" : "不报送")}\t{found.Text("case")}");
        foreach (var row in found.GetProperty("rows").EnumerateArray())
            Console.Out.WriteLine($"  {row.Text("file")}\t{string.Join('\t', row.GetProperty("values").EnumerateObject().Select(v => $"{v.Name}={v.Value}"))}");
        WriteProblems(found, Console.Out);
    }

    private static void WriteProblems(JsonElement found, TextWriter output)
    {
        foreach (var problem in found.GetProperty("problems").EnumerateArray())
            output.WriteLine($"  ! {problem.Text("file")}\t{problem.Text("key")}\t{problem.Text("text")}");
    }

    private static string Withheld(JsonElement answer) => answer.GetProperty("withheld").GetInt32() is > 0 and var count ? $"，涉及国家秘密不予报送 {count} 件" : "";

    private static Command Export()
    {
        var (profile, from, to, unit) = (Profile(), From(), To(), Unit());
        var why = new Option<string>("--why") { Description = "事由，写入保管链 / reason; enters the chains", Required = true };
        var folder = new Option<DirectoryInfo>("--out") { Description = "目录，不得已存在 / folder; must not exist yet", Required = true };
        var command = new Command("export", "生成报送文件和清单，逐案写入日志链 / writes the files and their manifest") { profile, from, to, unit, why, folder };
        command.SetServiceExit(async (parsed, service, ct) =>
        {
            var target = parsed.GetRequiredValue(folder);
            if (Path.Exists(target.FullName))
                throw new ServiceException($"{target.FullName} 已存在 / exists already");
            var export = await service.SendAsync(
                HttpMethod.Post, "exchange/exports",
                new
                {
                    profile = await TextFile.ReadAsync(parsed.GetRequiredValue(profile), ct), from = parsed.GetRequiredValue(from), to = parsed.GetRequiredValue(to), unit = parsed.GetValue(unit),
                    why = parsed.GetRequiredValue(why),
                },
                ct);
            await WriteAsync(export, target.FullName, ct);
            foreach (var left in export.GetProperty("leftOut").EnumerateArray())
            {
                await Console.Error.WriteLineAsync($"不报送\t{left.Text("case")}");
                WriteProblems(left, Console.Error);
            }

            Console.Out.WriteLine($"已导出 {export.Text("sent")} 件案件到 {target.FullName}{Withheld(export)}，清单 sha256 {export.Text("manifestSha256")}");
            return export.GetProperty("leftOut").GetArrayLength() > 0 ? LeftOut : 0;
        });
        return command;
    }

    /// <summary>The folder gets its name once all files are in it: half an export must not look like a whole one.</summary>
    private static async Task WriteAsync(JsonElement export, string folder, CancellationToken ct)
    {
        var part = folder + ".part";
        try
        {
            Directory.CreateDirectory(part);
            foreach (var file in export.GetProperty("files").EnumerateArray())
            {
                var content = file.GetProperty("content").GetBytesFromBase64();
                if (Convert.ToHexStringLower(SHA256.HashData(content)) != file.Text("sha256"))
                    throw new ServiceException($"{file.Text("name")} 在传输中损坏，没有导出，请重新运行 / was damaged on its way: run the command again");
                // The server checks names of files; a folder in one would still be a folder elsewhere.
                await File.WriteAllBytesAsync(Path.Combine(part, Path.GetFileName(file.Text("name"))), content, ct);
            }

            Directory.Move(part, folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServiceException($"无法写入 {folder} / can't be written: {e.Message}");
        }
    }
}
