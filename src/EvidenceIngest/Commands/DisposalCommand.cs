using System.CommandLine;
using System.Text.Json;

namespace EvidenceIngest.Commands;

/// <summary><c>disposal expired|list|propose|confirm|reject|withdraw|statement</c>: how evidence ends after its term.</summary>
internal static class DisposalCommand
{
    public static Command Create() => new("disposal", "到期销毁 / disposal after expiry")
    {
        Expired(), List(), Propose(),
        Decide("confirm", "批准销毁，须由另一人以另一角色 / confirm, as another person in another role", "confirm"),
        Decide("reject", "不予批准 / refuse", "reject"),
        Decide("withdraw", "撤回提议 / take a proposal back", "withdraw"),
        Statement(),
    };

    private static Argument<string> Id() => new("disposal") { Description = "销毁编号 / id of the disposal" };

    private static Option<string> Why() => new("--why") { Description = "原因，写入保管链 / reason; enters the chains", Required = true };

    private static Command Expired()
    {
        var json = CommandLine.Json();
        var command = new Command("expired", "列出保管期满且未冻结的资料 / items whose term is over and that nothing else keeps") { json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var table = new ListTable("编号", "入库时间", "保管期满");
            foreach (var item in (await service.GetAsync("disposals/expired", ct)).EnumerateArray())
            {
                if (parsed.GetValue(json))
                    CommandLine.WriteJson(item);
                else
                    table.Add(item.Text("item"), item.Text("sealedAt"), item.Text("retainUntil"));
            }

            if (!parsed.GetValue(json))
                table.Write();
        });
        return command;
    }

    private static Command List()
    {
        var json = CommandLine.Json();
        var command = new Command("list", "列出销毁提议和结果 / proposals and what became of them") { json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var table = new ListTable("编号", "状态", "资料", "提议", "决定", "原因", "受阻");
            foreach (var found in (await service.GetAsync("disposals", ct)).EnumerateArray())
            {
                if (parsed.GetValue(json))
                    CommandLine.WriteJson(found);
                else
                    table.Add(
                        found.Text("disposal"), State(found), $"{found.GetProperty("items").GetArrayLength()} 件", $"{found.Text("proposedBy")} {found.Text("proposedAt")}",
                        $"{found.Text("decidedBy")} {found.Text("decidedAt")}".Trim(), found.Text("why"), found.Text("trouble"));
            }

            if (!parsed.GetValue(json))
                table.Write();
        });
        return command;
    }

    private static string State(JsonElement found) => found.Text("state") switch
    {
        "Proposed" => "待批准",
        "Rejected" => "未批准",
        "Confirmed" => "销毁中",
        "Done" => "已完成",
        var other => other,
    };

    private static Command Propose()
    {
        var items = new Argument<string[]>("items") { Description = "音像资料编号 / ids of items", Arity = ArgumentArity.OneOrMore };
        var why = Why();
        var command = new Command("propose", "提议销毁保管期满的资料 / propose to dispose of expired items") { items, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var proposed = await service.SendAsync(HttpMethod.Post, "disposals", new { items = parsed.GetRequiredValue(items), why = parsed.GetRequiredValue(why) }, ct);
            Console.Out.WriteLine($"{proposed.Text("disposal")}  待批准，须由另一人以另一角色批准 / to be confirmed by another person in another role");
        });
        return command;
    }

    private static Command Decide(string name, string description, string verb)
    {
        var id = Id();
        var why = Why();
        var command = new Command(name, description) { id, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var decided = await service.SendAsync(
                HttpMethod.Post, $"disposals/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/{verb}", new { why = parsed.GetRequiredValue(why) }, ct);
            Console.Out.WriteLine($"{decided.Text("disposal")}  {State(decided)}");
        });
        return command;
    }

    private static Command Statement()
    {
        var id = Id();
        var command = new Command("statement", "导出签名的销毁清单 / the signed list") { id };
        command.SetServiceAction(async (parsed, service, ct) =>
            CommandLine.WriteJson(await service.GetAsync($"disposals/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/list", ct)));
        return command;
    }
}
