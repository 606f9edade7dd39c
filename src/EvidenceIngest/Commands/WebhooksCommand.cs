using System.CommandLine;
using System.Globalization;

namespace EvidenceIngest.Commands;

/// <summary><c>webhooks list|add|remove|dead|replay</c>: which addresses are told events.</summary>
internal static class WebhooksCommand
{
    public static Command Create() => new("webhooks", "事件接收地址 / addresses that are told events") { List(), Add(), Remove(), Dead(), Replay() };

    private static Argument<string> Id() => new("webhook") { Description = "接收地址编号，见 webhooks list / id of the webhook" };

    private static string Path(ParseResult parsed, Argument<string> id) => "webhooks/" + Uri.EscapeDataString(parsed.GetRequiredValue(id));

    private static Command List()
    {
        var json = CommandLine.Json();
        var command = new Command("list", "列出接收地址 / list webhooks") { json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var table = new ListTable("编号", "名称", "地址", "事件", "等待", "放弃", "最近送达", "失败自", "原因");
            foreach (var webhook in (await service.GetAsync("webhooks", ct)).EnumerateArray())
            {
                if (parsed.GetValue(json))
                    CommandLine.WriteJson(webhook);
                else
                    table.Add(webhook.Text("id"), webhook.Text("name"), webhook.Text("url"), webhook.Text("types"), webhook.Text("waiting"), webhook.Text("dead"), webhook.Text("deliveredAt"), webhook.Text("failingSince"), webhook.Text("failure"));
            }

            if (!parsed.GetValue(json))
                table.Write();
        });
        return command;
    }

    private static Command Add()
    {
        var name = new Argument<string>("name") { Description = "接收方名称 / what people call the receiver" };
        var url = new Argument<string>("url") { Description = "https 地址；本机可用 http / https address; http for this machine only" };
        var types = new Option<string[]>("--types") { Description = "事件类型，如 item.sealed 或 item.*；默认全部 / kinds of events; all by default", AllowMultipleArgumentsPerToken = true };
        var command = new Command("add", "登记接收地址，签名密钥只显示一次 / register an address; the secret that signs is shown once") { name, url, types };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var added = await service.SendAsync(
                HttpMethod.Post, "webhooks", new { name = parsed.GetRequiredValue(name), url = parsed.GetRequiredValue(url), types = parsed.GetValue(types) is { Length: > 0 } wanted ? wanted : null }, ct);
            await Console.Error.WriteLineAsync(
                $"接收地址 {added.GetProperty("webhook").Text("id")} 已登记，下一行的签名密钥只显示这一次，请交给接收方 / registered; the next line is the secret that signs, shown this once: give it to the receiver");
            Console.Out.WriteLine(added.Text("secret"));
        });
        return command;
    }

    private static Command Remove()
    {
        var id = Id();
        var command = new Command("remove", "撤销接收地址，等待发送的事件一并取消 / remove an address; what waits for it is dropped") { id };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            await service.DeleteAsync(Path(parsed, id), ct);
            Console.Out.WriteLine($"已撤销 / removed: {parsed.GetRequiredValue(id)}");
        });
        return command;
    }

    private static Command Dead()
    {
        var id = Id();
        var json = CommandLine.Json();
        var command = new Command("dead", "列出已放弃发送的事件 / events that were given up") { id, json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var table = new ListTable("序号", "事件", "对象", "时间", "次数", "首次发送", "原因");
            for (var after = "0"; ;)
            {
                var page = (await service.GetAsync($"{Path(parsed, id)}/dead?after={after}&limit=200", ct)).EnumerateArray().ToList();
                foreach (var dead in page)
                {
                    var happened = dead.GetProperty("event");
                    if (parsed.GetValue(json))
                        CommandLine.WriteJson(dead);
                    else
                        table.Add(dead.Text("position"), dead.Text("name"), happened.Text("subject"), happened.Text("time"), dead.Text("attempts"), dead.Text("begunAt"), dead.Text("failure"));
                }

                if (page.Count == 0)
                    break;
                after = page[^1].Text("position");
            }

            if (!parsed.GetValue(json))
                table.Write();
        });
        return command;
    }

    private static Command Replay()
    {
        var id = Id();
        var position = new Option<long?>("--position") { Description = "只重发这一个，见 webhooks dead / this one only" };
        var command = new Command("replay", "重新发送已放弃的事件 / send events again that were given up") { id, position };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var answer = await service.SendAsync(HttpMethod.Post, Path(parsed, id) + "/replay", new { position = parsed.GetValue(position) }, ct);
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"重新发送 {answer.Text("replayed")} 个事件 / events sent again"));
        });
        return command;
    }
}
