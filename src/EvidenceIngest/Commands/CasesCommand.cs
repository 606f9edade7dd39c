using System.CommandLine;
using System.Text.Json;
using EvidenceIngest.Hosting;

namespace EvidenceIngest.Commands;

/// <summary><c>cases list|open|close|proposals|link|unlink|report</c>: what belongs to which case.</summary>
internal static class CasesCommand
{
    public static Command Create() => new("cases", "案件 / cases") { List(), Set("open", "登记案件或恢复办理 / register a case, or take it up again", "Open"), Set("close", "结案 / close a case", "Closed"), Proposals(), Link(), TakeOff(), Report() };

    private static Argument<string> Number() => new("number") { Description = "案号 / number of the case" };

    private static Option<string> Why() => new("--why") { Description = "原因，写入保管链 / reason; enters the chain", Required = true };

    private static string Path(string number) => "cases/" + Uri.EscapeDataString(number);

    private static Command List()
    {
        var json = CommandLine.Json();
        var footage = new Option<string?>("--footage") { Description = "只列音像记录有缺口的：missing 缺失，gaps 不连续 / only those whose recordings are missing, or have gaps" };
        var state = new Option<string?>("--state") { Description = "open 办理中，closed 已结案" };
        var limit = new Option<int>("--limit") { Description = "最多列出件数 / at most so many", DefaultValueFactory = _ => 500 };
        var command = new Command("list", "列出案件，最近变更的在前 / latest change first") { state, footage, limit, json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var table = new ListTable("案号", "状态", "执法事项", "单位", "执行终结", "归档期限", "资料", "案卷", "音像记录");
            await foreach (var found in service.PagesAsync("cases", [("state", parsed.GetValue(state)), ("footage", parsed.GetValue(footage))], parsed.GetValue(limit), ct))
            {
                if (parsed.GetValue(json))
                    CommandLine.WriteJson(found);
                else
                    table.Add(
                        found.Text("number"), found.Text("state") == "Open" ? "办理中" : "已结案", found.Text("matter"), found.Text("agency"), found.Text("executedOn"),
                        found.Text("caseFileDeadline"), $"{found.GetProperty("items").GetArrayLength()} 件", CaseFile(found), Footage(found));
            }

            if (!parsed.GetValue(json))
                table.Write();
        });
        return command;
    }

    private static string CaseFile(JsonElement found) => found.GetProperty("caseFile") switch
    {
        { ValueKind: JsonValueKind.Null } => "",
        var file when file.GetProperty("lacks").GetArrayLength() > 0 => $"缺 {file.GetProperty("lacks").GetArrayLength()} 项",
        var file => file.Text("package"),
    };

    private static string Footage(JsonElement found) => found.GetProperty("footage") is not { ValueKind: JsonValueKind.Object } footage ? "" : footage.Text("state") switch
    {
        "Missing" => "缺失",
        "Gaps" => $"不连续 {footage.GetProperty("gaps").GetArrayLength()} 处",
        "ActUnknown" => "执法时间不明",
        "Awaited" => "待采集",
        "Present" => "齐全",
        _ => "",
    };

    private static Command Proposals()
    {
        var number = Number();
        var json = CommandLine.Json();
        var command = new Command("proposals", "按人员、时间、地点查找可能属于本案的音像资料 / items that may belong to a case, by officer, time and place") { number, json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var table = new ListTable("音像资料", "制作人", "证号", "开始", "结束", "依据");
            foreach (var found in (await service.GetAsync(Path(parsed.GetRequiredValue(number)) + "/proposals", ct)).EnumerateArray())
            {
                if (parsed.GetValue(json))
                    CommandLine.WriteJson(found);
                else
                    table.Add(
                        found.Text("item"), found.Text("producer"), found.Text("officerNumber"), found.Text("from"), found.Text("to"),
                        string.Join('、', found.GetProperty("because").EnumerateArray().Select(b => b.GetString() switch { "Officer" => "人员", "Place" => "地点", _ => "时间" })));
            }

            if (!parsed.GetValue(json))
                table.Write();
        });
        return command;
    }

    private static Command Set(string name, string description, string state)
    {
        var number = Number();
        var matter = new Option<string?>("--matter") { Description = "执法事项编号 / id of the matter" };
        var agency = new Option<string?>("--agency") { Description = "办案单位 / agency" };
        var unit = new Option<string?>("--unit") { Description = "归属单位编号 / unit that deals with it" };
        var retention = new Option<string?>("--class") { Description = "保管期限类别 / retention class" };
        var executed = new Option<string?>("--executed") { Description = "执行终结日期，如 2026-11-20；结案时必填 / the day on which the act had been carried out; needed to close" };
        var officers = new Option<string[]>("--officer") { Description = "执法人员证号，可重复 / number of an officer who acted; may be repeated" };
        var from = new Option<string?>("--from") { Description = "执法开始时间，如 2026-11-20T09:00:00+08:00 / when the act began" };
        var to = new Option<string?>("--to") { Description = "执法结束时间 / when it ended" };
        var place = new Option<string?>("--place") { Description = "执法地点 / where" };
        var command = new Command(name, description) { number, matter, agency, unit, retention, executed, officers, from, to, place };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            // What isn't named stays as it is.
            var known = await FindAsync(service, parsed.GetRequiredValue(number), ct);
            string? Value(Option<string?> option, string member) => parsed.GetValue(option) ?? (known is { } k && k.Text(member) is { Length: > 0 } text ? text : null);
            var saved = await service.SendAsync(
                HttpMethod.Put,
                Path(parsed.GetRequiredValue(number)),
                new
                {
                    matter = Value(matter, "matter"), agency = Value(agency, "agency"), unit = Value(unit, "unit"), retentionClass = Value(retention, "retentionClass"), state, executedOn = Value(executed, "executedOn"),
                    officers = parsed.GetValue(officers) is { Length: > 0 } named ? named : known?.GetProperty("officers").EnumerateArray().Select(o => o.GetString()!).ToArray(),
                    actedFrom = Value(from, "actedFrom"), actedTo = Value(to, "actedTo"), place = Value(place, "place"), position = known?.GetProperty("position"),
                },
                ct);
            Console.Out.WriteLine($"{saved.Text("number")}  {(saved.Text("state") == "Open" ? "办理中" : "已结案")}  {saved.Text("caseFileDeadline")}");
        });
        return command;
    }

    private static async Task<JsonElement?> FindAsync(ServiceClient service, string number, CancellationToken ct)
    {
        try
        {
            return await service.GetAsync(Path(number), ct);
        }
        catch (ServiceException e) when (e.Message.Contains("there is no case", StringComparison.Ordinal))
        {
            return null;
        }
    }

    private static Command Link()
    {
        var number = Number();
        var items = new Argument<string[]>("items") { Description = "音像资料编号 / ids of items", Arity = ArgumentArity.OneOrMore };
        var why = Why();
        var command = new Command("link", "将音像资料关联到案件 / link items to a case") { number, items, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var saved = await service.SendAsync(
                HttpMethod.Post, Path(parsed.GetRequiredValue(number)) + "/items", new { items = parsed.GetRequiredValue(items), why = parsed.GetRequiredValue(why) }, ct);
            Console.Out.WriteLine($"{saved.Text("number")}: {saved.Text("items")}");
        });
        return command;
    }

    private static Command Report()
    {
        var number = Number();
        var file = new Option<FileInfo?>("--out") { Description = "打印用网页文件，不得已存在 / the printable page; must not exist yet" };
        var json = CommandLine.Json();
        var command = new Command("report", "法制审核用完备性报告 / which recording proves what, and what is missing; for legal review") { number, file, json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var path = Path(parsed.GetRequiredValue(number)) + "/report";
            if (parsed.GetValue(file) is { } target)
            {
                // A page that broke off must not look like a whole one.
                if (target.Exists)
                    throw new ServiceException($"{target.FullName} 已存在 / exists already");
                var part = target.FullName + ".part";
                await using (var page = File.Create(part))
                    await service.DownloadAsync(path + "?format=html", page, _ => { }, ct);
                File.Move(part, target.FullName);
                Console.Out.WriteLine($"已导出 / written: {target.FullName}");
                return;
            }

            var report = await service.GetAsync(path, ct);
            if (parsed.GetValue(json))
            {
                CommandLine.WriteJson(report);
                return;
            }

            foreach (var fact in report.GetProperty("facts").EnumerateArray())
                Console.Out.WriteLine($"{fact.Text("fact")}\t{fact.Text("items")}");
            var shortcomings = report.GetProperty("shortcomings").EnumerateArray().ToList();
            foreach (var lack in shortcomings)
                Console.Out.WriteLine($"! {(lack.Text("item") is { Length: > 0 } item ? item : "全案")}\t{lack.Text("text")}");
            Console.Out.WriteLine(shortcomings.Count == 0 ? "未发现问题 / nothing is missing" : $"发现问题 {shortcomings.Count} 项 / {shortcomings.Count} shortcomings");
        });
        return command;
    }

    private static Command TakeOff()
    {
        var number = Number();
        var item = new Argument<string>("item") { Description = "音像资料编号 / id of the item" };
        var why = Why();
        var command = new Command("unlink", "取消关联 / take an item off a case") { number, item, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var saved = await service.DeleteAsync(
                $"{Path(parsed.GetRequiredValue(number))}/items/{Uri.EscapeDataString(parsed.GetRequiredValue(item))}?why={Uri.EscapeDataString(parsed.GetRequiredValue(why))}", ct);
            Console.Out.WriteLine($"{saved.Text("number")}: {saved.Text("items")}");
        });
        return command;
    }
}
