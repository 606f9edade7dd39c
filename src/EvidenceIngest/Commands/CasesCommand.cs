using System.CommandLine;
using System.Text.Json;
using EvidenceIngest.Hosting;

namespace EvidenceIngest.Commands;

/// <summary><c>cases list|open|close|link|unlink</c>: what belongs to which case.</summary>
internal static class CasesCommand
{
    public static Command Create() => new("cases", "案件 / cases") { List(), Set("open", "登记案件或恢复办理 / register a case, or take it up again", "Open"), Set("close", "结案 / close a case", "Closed"), Link(), TakeOff() };

    private static Argument<string> Number() => new("number") { Description = "案号 / number of the case" };

    private static Option<string> Why() => new("--why") { Description = "原因，写入保管链 / reason; enters the chain", Required = true };

    private static string Path(string number) => "cases/" + Uri.EscapeDataString(number);

    private static Command List()
    {
        var json = CommandLine.Json();
        var command = new Command("list", "列出案件，最近变更的在前 / latest change first") { json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var table = new ListTable("案号", "状态", "执法事项", "单位", "执行终结", "归档期限", "资料", "案卷");
            foreach (var found in (await service.GetAsync("cases", ct)).EnumerateArray())
            {
                if (parsed.GetValue(json))
                    CommandLine.WriteJson(found);
                else
                    table.Add(
                        found.Text("number"), found.Text("state") == "Open" ? "办理中" : "已结案", found.Text("matter"), found.Text("agency"), found.Text("executedOn"),
                        found.Text("caseFileDeadline"), $"{found.GetProperty("items").GetArrayLength()} 件", CaseFile(found));
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

    private static Command Set(string name, string description, string state)
    {
        var number = Number();
        var matter = new Option<string?>("--matter") { Description = "执法事项编号 / id of the matter" };
        var agency = new Option<string?>("--agency") { Description = "办案单位 / agency" };
        var unit = new Option<string?>("--unit") { Description = "归属单位编号 / unit that deals with it" };
        var retention = new Option<string?>("--class") { Description = "保管期限类别 / retention class" };
        var executed = new Option<string?>("--executed") { Description = "执行终结日期，如 2026-11-20；结案时必填 / the day on which the act had been carried out; needed to close" };
        var command = new Command(name, description) { number, matter, agency, unit, retention, executed };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            // What isn't named stays as it is.
            var known = await FindAsync(service, parsed.GetRequiredValue(number), ct);
            string? Value(Option<string?> option, string member) => parsed.GetValue(option) ?? (known is { } k && k.Text(member) is { Length: > 0 } text ? text : null);
            var saved = await service.SendAsync(
                HttpMethod.Put,
                Path(parsed.GetRequiredValue(number)),
                new { matter = Value(matter, "matter"), agency = Value(agency, "agency"), unit = Value(unit, "unit"), retentionClass = Value(retention, "retentionClass"), state, executedOn = Value(executed, "executedOn") },
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
