using System.CommandLine;
using System.Globalization;

namespace EvidenceIngest.Commands;

/// <summary><c>retention classes|class|item</c> and <c>holds list|place|release</c>: what is kept for how long.</summary>
internal static class RetentionCommand
{
    public static Command Create() => new("retention", "保管期限 / retention") { Classes(), Class(), Item() };

    public static Command Holds() => new("holds", "冻结 / legal holds") { List(), Place(), Release() };

    private static Option<string> Why() => new("--why") { Description = "原因，写入保管链 / reason; enters the chain", Required = true };

    private static Command Classes()
    {
        var json = CommandLine.Json();
        var command = new Command("classes", "列出保管期限类别 / list retention classes") { json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var table = new ListTable("编号", "名称", "月数", "适用", "依据", "最近变更");
            foreach (var found in (await service.GetAsync("retention/classes", ct)).EnumerateArray())
            {
                if (parsed.GetValue(json))
                    CommandLine.WriteJson(found);
                else
                    table.Add(
                        found.Text("id"), found.Text("nameZh"), found.Text("months") is { Length: > 0 } months ? months : "永久",
                        found.GetProperty("isDefault").GetBoolean() ? "全部资料" : found.GetProperty("isKey").GetBoolean() ? "重点标记" : "", found.Text("article"),
                        $"{found.Text("changedBy")} {found.Text("changedAt")}");
            }

            if (!parsed.GetValue(json))
                table.Write();
        });
        return command;
    }

    private static Command Class()
    {
        var id = new Argument<string>("id") { Description = "编号，如 ordinary / id" };
        var name = new Option<string>("--name") { Description = "英文名称 / English name", Required = true };
        var nameZh = new Option<string>("--name-zh") { Description = "中文名称 / Chinese name", Required = true };
        var months = new Option<int?>("--months") { Description = "月数，不填为永久；只能延长 / months, none for ever; it can only grow" };
        var article = new Option<string>("--article") { Description = "依据 / where it is ruled", Required = true };
        var why = Why();
        var command = new Command("class", "新设或延长保管期限类别 / make a retention class, or lengthen it") { id, name, nameZh, months, article, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var saved = await service.SendAsync(
                HttpMethod.Put,
                "retention/classes/" + Uri.EscapeDataString(parsed.GetRequiredValue(id)),
                new
                {
                    name = parsed.GetRequiredValue(name), nameZh = parsed.GetRequiredValue(nameZh), months = parsed.GetValue(months), article = parsed.GetRequiredValue(article), why = parsed.GetRequiredValue(why),
                },
                ct);
            Console.Out.WriteLine($"{saved.Text("id")}: {saved.Text("nameZh")}；保管库锁定将在一小时内随之延长 / the vault's locks follow within the hour");
        });
        return command;
    }

    private static Command Item()
    {
        var item = new Argument<string>("item") { Description = "音像资料编号 / id of the item" };
        var ownClass = new Option<string?>("--class") { Description = "另行适用的类别，只能延长 / a class of its own; it can only lengthen" };
        var why = new Option<string?>("--why") { Description = "原因 / reason" };
        var command = new Command("item", "查看或延长一件资料的保管期限 / see or lengthen an item's retention") { item, ownClass, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var path = $"items/{Uri.EscapeDataString(parsed.GetRequiredValue(item))}/retention";
            var found = parsed.GetValue(ownClass) is { } wanted
                ? await service.SendAsync(HttpMethod.Put, path, new { @class = wanted, why = parsed.GetValue(why) ?? "" }, ct)
                : await service.GetAsync(path, ct);
            Console.Out.WriteLine($"保管至 / kept until  {(found.GetProperty("withoutEnd").GetBoolean() ? "无期限 / without end" : found.Text("until"))}");
            Console.Out.WriteLine($"依据 / because      {found.Text("because")}");
            Console.Out.WriteLine($"锁定至 / locked until {found.Text("lockedUntil")}{(found.GetProperty("due").GetBoolean() ? "（正在延长 / being extended）" : "")}");
            if (found.Text("trouble") is { Length: > 0 } trouble)
                Console.Out.WriteLine($"延长受阻，将自动重试 / not extended, tried again: {trouble}");
        });
        return command;
    }

    private static Command List()
    {
        var all = new Option<bool>("--all") { Description = "包括已解除的 / released ones, too" };
        var json = CommandLine.Json();
        var command = new Command("list", "列出冻结 / list holds") { all, json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var table = new ListTable("编号", "原因", "案件", "资料", "设置", "解除");
            foreach (var hold in (await service.GetAsync($"holds?released={(parsed.GetValue(all) ? "true" : "false")}", ct)).EnumerateArray())
            {
                if (parsed.GetValue(json))
                    CommandLine.WriteJson(hold);
                else
                    table.Add(
                        hold.Text("hold"), hold.Text("reason"), hold.Text("case"), hold.GetProperty("items").GetArrayLength().ToString(CultureInfo.InvariantCulture) + " 件",
                        $"{hold.Text("placedBy")} {hold.Text("placedAt")}", $"{hold.Text("releasedBy")} {hold.Text("releasedAt")}".Trim());
            }

            if (!parsed.GetValue(json))
                table.Write();
        });
        return command;
    }

    private static Command Place()
    {
        var items = new Argument<string[]>("items") { Description = "音像资料编号 / ids of items", Arity = ArgumentArity.ZeroOrMore };
        var ofCase = new Option<string?>("--case") { Description = "冻结整个案件，含以后关联的资料 / all items of a case, also later ones" };
        var why = Why();
        var command = new Command("place", "冻结，解除须由他人 / place a hold; another person has to release it") { items, ofCase, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var named = parsed.GetValue(items) ?? [];
            var hold = await service.SendAsync(
                HttpMethod.Post, "holds", new { items = named.Length == 0 ? null : named, @case = parsed.GetValue(ofCase), reason = parsed.GetRequiredValue(why) }, ct);
            Console.Out.WriteLine($"{hold.Text("hold")}  {hold.GetProperty("items").GetArrayLength()} 件");
        });
        return command;
    }

    private static Command Release()
    {
        var id = new Argument<string>("hold") { Description = "冻结编号 / id of the hold" };
        var why = Why();
        var command = new Command("release", "解除冻结，不得由设置人本人解除 / release a hold that somebody else placed") { id, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var hold = await service.SendAsync(
                HttpMethod.Post, $"holds/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/release", new { why = parsed.GetRequiredValue(why) }, ct);
            Console.Out.WriteLine($"{hold.Text("hold")} 已由 {hold.Text("releasedBy")} 解除 / released");
        });
        return command;
    }
}
