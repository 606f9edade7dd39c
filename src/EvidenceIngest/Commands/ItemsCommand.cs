using System.CommandLine;
using System.Text.Json;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Hosting;
using EvidenceIngest.Running;

namespace EvidenceIngest.Commands;

/// <summary><c>items list|export|show|link|clip</c>: the evidence register from a terminal.</summary>
internal static class ItemsCommand
{
    public static Command Create() => new("items", "音像资料 / evidence items") { List(), Export(), Show(), Custody(), Receipt(), Link(), Clip() };

    private static Command List()
    {
        var state = new Option<string?>("--state") { Description = "sealed, quarantined, receiving, sealing" };
        var recorder = new Option<string?>("--recorder") { Description = "记录仪编号 / recorder id" };
        var limit = new Option<int>("--limit") { Description = "最多显示条数 / at most so many", DefaultValueFactory = _ => 50 };
        var json = CommandLine.Json();
        var command = new Command("list", "列出音像资料，新的在前 / newest first") { state, recorder, limit, json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var table = new ListTable("编号", "状态", "类型", "记录仪", "制作时间", "入库期限", "按时", "缺少", "原因");
            await foreach (var item in service.PagesAsync("items", [("state", parsed.GetValue(state)), ("recorder", parsed.GetValue(recorder))], parsed.GetValue(limit), ct))
            {
                if (parsed.GetValue(json))
                    CommandLine.WriteJson(item);
                else
                    table.Add(
                        item.Text("item"), ItemWords.State(item), ItemWords.Kind(item), item.Text("recorder"), ItemWords.Time(item, "recordedAt"),
                        ItemWords.Time(item, "deadline"), ItemWords.OnTime(item), ItemWords.Missing(item), ItemWords.Reason(item));
            }

            if (!parsed.GetValue(json))
                table.Write();
        });
        return command;
    }

    private static Command Export()
    {
        var state = new Option<string?>("--state") { Description = "sealed, quarantined, receiving, sealing, disposed" };
        var recorder = new Option<string?>("--recorder") { Description = "记录仪编号 / recorder id" };
        var file = new Option<FileInfo>("--out") { Description = "CSV 文件，可用电子表格打开；不得已存在 / CSV for spreadsheets; must not exist yet", Required = true };
        var command = new Command("export", "导出台账，写入服务日志链 / the register as CSV; recorded in the service's chain") { state, recorder, file };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var target = parsed.GetRequiredValue(file);
            if (target.Exists)
                throw new ServiceException($"{target.FullName} 已存在 / exists already");
            var part = target.FullName + ".part";
            await using (var content = File.Create(part))
                await service.DownloadAsync($"items/export?state={Escaped(parsed.GetValue(state) ?? "")}{(parsed.GetValue(recorder) is { } id ? "&recorder=" + Escaped(id) : "")}", content, _ => { }, ct);
            File.Move(part, target.FullName);
            Console.Out.WriteLine($"已导出 / written: {target.FullName}");
        });
        return command;
    }

    private static Command Show()
    {
        var item = ItemArgument();
        var command = new Command("show", "查看一件资料的全部内容 / everything about one item, as JSON") { item };
        command.SetServiceAction(async (parsed, service, ct) =>
            Print(await service.GetAsync("items/" + Escaped(parsed.GetRequiredValue(item)), ct)));
        return command;
    }

    private static Command Custody()
    {
        var item = ItemArgument();
        var json = CommandLine.Json();
        var command = new Command("custody", "查看保管链 / the item's custody chain") { item, json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var chain = await service.GetAsync($"items/{Escaped(parsed.GetRequiredValue(item))}/custody", ct);
            var table = new ListTable("序号", "时间", "操作者", "事件", "内容");
            string? broken = null;
            foreach (var link in chain.EnumerateArray())
            {
                if (parsed.GetValue(json))
                    CommandLine.WriteJson(link);
                table.Add(link.Text("sequence"), link.Text("at"), CustodyWords.Actor(link.Text("actor")), ItemWords.Event(link), link.Text("detail"));
                if (link.Text("broken") is { Length: > 0 } reason)
                    broken ??= $"{link.Text("sequence")}: {reason}";
            }

            if (!parsed.GetValue(json))
                table.Write();
            if (broken is not null)
                throw new ServiceException("保管链自此处起不完整 / the chain is broken from here on: " + broken);
        });
        return command;
    }

    private static Command Receipt()
    {
        var item = ItemArgument();
        var command = new Command("receipt", "导出签名回执，可用 verify 离线核验 / the signed receipt, for verify") { item };
        command.SetServiceAction(async (parsed, service, ct) =>
            CommandLine.WriteJson(await service.GetAsync($"items/{Escaped(parsed.GetRequiredValue(item))}/receipt", ct)));
        return command;
    }

    private static Command Link()
    {
        var item = ItemArgument();
        var rendition = new Option<string>("--rendition") { Description = "proxy, poster, audio16k", DefaultValueFactory = _ => "proxy" };
        var minutes = new Option<int>("--minutes") { Description = "有效分钟数 / valid for so many minutes", DefaultValueFactory = _ => 30 };
        var from = new Option<string[]>("--from") { Description = "仅限这些网段打开，如 10.1.0.0/16 / works from these networks only" };
        var once = new Option<bool>("--once") { Description = "仅限首个打开者使用一次 / for whoever opens it first, once" };
        var watermark = new Option<bool>("--watermark") { Description = "画面加印本人姓名、时间和资料编号，稍候方可打开 / with your name, the time and the item burned in; made first" };
        var command = new Command("link", "生成限时查看链接 / an expiring link; making it and every view are logged") { item, rendition, minutes, from, once, watermark };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var link = await service.SendAsync(
                HttpMethod.Post,
                $"items/{Escaped(parsed.GetRequiredValue(item))}/links",
                new
                {
                    rendition = parsed.GetValue(rendition), minutes = parsed.GetValue(minutes),
                    addresses = parsed.GetValue(from) is { Length: > 0 } networks ? networks : null, singleUse = parsed.GetValue(once), watermark = parsed.GetValue(watermark),
                },
                ct);
            if (!link.GetProperty("ready").GetBoolean())
                await Console.Error.WriteLineAsync("带水印的查看件正在制作，稍候即可打开 / the watermarked copy is being made, the link opens soon");
            Console.Out.WriteLine(service.Absolute(link.Text("url")));
        });
        return command;
    }

    private static Command Clip()
    {
        var item = ItemArgument();
        var from = new Option<double>("--from") { Description = "起点，秒 / start, seconds", Required = true };
        var to = new Option<double>("--to") { Description = "止点，秒，不含 / end, seconds, not included", Required = true };
        var nothingHidden = new Option<bool>("--nothing-hidden") { Description = "文件内不含起止时间以外的画面，用于对外提供 / nothing else in the file; for whoever may not see the rest" };
        var wait = new Option<int>("--wait") { Description = "最多等待多少秒，默认600 / seconds to wait for it", DefaultValueFactory = _ => 600 };
        var why = new Option<string>("--why") { Description = "原因，写入保管链 / reason; enters the chain", Required = true };
        var command = new Command("clip", "截取片段 / cut a part") { item, from, to, nothingHidden, wait, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var path = $"items/{Escaped(parsed.GetRequiredValue(item))}";
            var ordered = await service.SendAsync(
                HttpMethod.Post, path + "/clips",
                new { from = parsed.GetValue(from), to = parsed.GetValue(to), why = parsed.GetRequiredValue(why), nothingHidden = parsed.GetValue(nothingHidden) }, ct);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(TimeSpan.FromSeconds(parsed.GetValue(wait)));
            while (ordered.Text("state") == "Waiting" && !limit.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                ordered = (await service.GetAsync(path + "/excerpts", ct)).EnumerateArray().Single(e => e.Text("id") == ordered.Text("id"));
            }

            if (ordered.Text("state") == "Failed")
                throw new ServiceException($"未能截取 / it could not be cut: {ordered.Text("note")}");
            Console.Out.WriteLine(ordered.Text("rendition"));
        });
        return command;
    }

    private static Argument<string> ItemArgument() => new("item") { Description = "编号，如 ev-20261120-k3v9x0q2ra" };

    private static string Escaped(string id) => Uri.EscapeDataString(id);

    private static void Print(JsonElement element) =>
        Console.Out.WriteLine(JsonSerializer.Serialize(element, Indented));

    private static readonly JsonSerializerOptions Indented = new(Domain.EvidenceJson.Options) { WriteIndented = true };
}
