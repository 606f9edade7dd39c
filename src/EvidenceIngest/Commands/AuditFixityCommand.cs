using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EvidenceIngest.Hosting;

namespace EvidenceIngest.Commands;

/// <summary><c>audit fixity</c>: how far the vaults have been read again, what was found, and what people decide about it.</summary>
internal static class AuditFixityCommand
{
    private const double MiB = 1 << 20;

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var json = CommandLine.Json();
        var command = new Command("fixity", "定期复读保管库：进度和发现的问题 / how far the vaults have been read again, and what was found")
        {
            json, Resolve(), Restore(), Hurry(),
        };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var status = await service.GetAsync("fixity", ct);
            var findings = await FindingsAsync(service, ct);
            if (parsed.GetValue(json))
            {
                CommandLine.WriteJson(status);
                findings.ForEach(CommandLine.WriteJson);
                return;
            }

            Write(status, findings);
        });
        return command;
    }

    private static Command Resolve()
    {
        var finding = Finding();
        var why = new Option<string>("--why") { Description = "理由，记入保管链 / why; it enters the custody chain", Required = true };
        var command = new Command("resolve", "核实后了结一项问题 / end a finding after looking into it") { finding, why };
        command.SetServiceAction(async (parsed, service, ct) => CommandLine.WriteJson(await service.SendAsync(
            HttpMethod.Post, $"fixity/findings/{Id(parsed.GetValue(finding))}/resolve", new { why = parsed.GetRequiredValue(why) }, ct)));
        return command;
    }

    private static Command Restore()
    {
        var finding = Finding();
        var command = new Command("restore", "用另一保管库中的副本恢复受损文件，受损版本原样保留 / put the other vault's copy in a damaged file's place; the damaged version stays")
        {
            finding,
        };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var path = $"fixity/findings/{Id(parsed.GetValue(finding))}";
            var state = await service.SendAsync(HttpMethod.Post, path + "/restore", new { }, ct);
            await Console.Error.WriteLineAsync("已下达恢复指令，中断本命令不影响恢复 / ordered; the restoring goes on if this command is interrupted");
            while (state.Text("resolvedAt").Length == 0)
            {
                if (state.Text("restoreTrouble") is { Length: > 0 } trouble)
                    throw new ServiceException($"尚未恢复，服务将继续尝试：{trouble} / not restored yet, the service goes on trying");
                await Task.Delay(LookInterval, ct);
                state = await service.GetAsync(path, ct);
            }

            CommandLine.WriteJson(state);
        });
        return command;
    }

    private static Command Hurry()
    {
        var command = new Command("hurry", "立即以全速读完本轮 / read the rest of this pass now, at full rate");
        command.SetServiceAction(async (_, service, ct) =>
        {
            var status = await service.SendAsync(HttpMethod.Post, "fixity/hurry", new { }, ct);
            Write(status, await FindingsAsync(service, ct));
        });
        return command;
    }

    private static Argument<long> Finding() => new("finding") { Description = "问题编号，见 audit fixity / number of the finding" };

    private static string Id(long finding) => finding.ToString(CultureInfo.InvariantCulture);

    private static async Task<List<JsonElement>> FindingsAsync(ServiceClient service, CancellationToken ct)
    {
        var all = new List<JsonElement>();
        string? cursor = "";
        do
        {
            var page = await service.GetAsync($"fixity/findings?open=true&limit=500&cursor={cursor}", ct);
            all.AddRange(page.GetProperty("findings").EnumerateArray());
            cursor = page.Text("next");
        }
        while (cursor.Length > 0);
        return all;
    }

    private static void Write(JsonElement status, List<JsonElement> findings)
    {
        foreach (var vault in status.GetProperty("vaults").EnumerateArray())
            WriteVault(vault);
        foreach (var trouble in status.GetProperty("trouble").EnumerateObject())
            Console.Out.WriteLine($"⚠ {trouble.Name}: {trouble.Value.GetString()}");
        if (findings.Count == 0)
        {
            Console.Out.WriteLine("没有未了结的问题 / no finding is open");
            return;
        }

        Console.Out.WriteLine($"未了结的问题 {findings.Count} 项 / {findings.Count} findings are open");
        var table = new ListTable("编号", "保管库", "问题", "资料", "文件", "位置", "现状", "首次发现", "恢复");
        foreach (var finding in findings)
        {
            table.Add(
                finding.Text("finding"), VaultName(finding.Text("vault")), KindName(finding.Text("kind")), finding.Text("item"), finding.Text("file"),
                $"{finding.Text("bucket")}/{finding.Text("key")} {finding.Text("versionId")}", finding.Text("found"), finding.Text("firstSeenAt"),
                finding.Text("restoreTrouble") is { Length: > 0 } trouble ? trouble : finding.Text("restoreOrderedBy"));
        }

        table.Write();
    }

    private static void WriteVault(JsonElement vault)
    {
        Console.Out.WriteLine($"{VaultName(vault.Text("vault"))}（{vault.Text("vault")}）");
        if (vault.GetProperty("pass") is { ValueKind: JsonValueKind.Object } pass)
        {
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  第 {pass.Text("number")} 轮：{pass.Text("objects")}/{pass.Text("totalObjects")} 个对象，{pass.GetProperty("bytes").GetInt64() / MiB:0.#}/{pass.GetProperty("totalBytes").GetInt64() / MiB:0.#} MiB，{pass.Text("wrong")} 个有问题，始于 {pass.Text("beganAt")} / objects and MiB read in this pass"));
        }

        Console.Out.WriteLine($"  上次全部读完：{Or(vault.Text("lastFullPassAt"), "尚未")} / last full pass");
        Console.Out.WriteLine($"  上次核对清单：{Or(vault.Text("listedAt"), "尚未")}，{Or(vault.Text("listedVersions"), "0")} 个版本 / last listing, versions");
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  所需速率 {vault.GetProperty("neededMiBPerSecond").GetDouble():0.###} MiB/s，上限 {Or(vault.Text("limitMiBPerSecond"), "无")} / needed and allowed rate"));
        if (vault.Text("late") is { Length: > 0 } late)
            Console.Out.WriteLine($"  ⚠ 无法在周期内读完：{late}");
        if (vault.Text("uncopied") is { Length: > 0 } uncopied)
            Console.Out.WriteLine($"  等待复制的原始文件：{uncopied} / masters waiting to be copied");
    }

    private static string Or(string text, string otherwise) => text.Length == 0 ? otherwise : text;

    private static string VaultName(string vault) => vault == "first" ? "主保管库" : "第二保管库";

    private static string KindName(string kind) => kind switch
    {
        "Missing" => "丢失",
        "Truncated" => "截断",
        "Altered" => "内容改变",
        "Unreadable" => "无法读取",
        "Untracked" => "来历不明",
        "LockWeak" => "锁定不足",
        _ => kind,
    };
}
