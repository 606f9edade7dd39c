using System.CommandLine;
using System.Text.Json;
using EvidenceIngest.Hosting;

namespace EvidenceIngest.Commands;

/// <summary><c>redact order|list|show|preview|release|reject</c>: copies that hide what may not be seen or heard (article 30).</summary>
internal static class RedactCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static Command Create() => new("redact", "遮蔽件 / redacted copies") { Order(), List(), Show(), Preview(), Review("release", "放行", "Released"), Review("reject", "退回", "Rejected") };

    private static Argument<string> Item() => new("item") { Description = "音像资料编号 / id of the item" };

    private static Argument<int> Number() => new("number") { Description = "遮蔽件编号，自 1 起 / number of the redacted copy, from 1" };

    private static Option<string> Why() => new("--why") { Description = "原因，写入保管链 / reason; enters the chain", Required = true };

    private static string Path(string item, string rest = "") => $"items/{Uri.EscapeDataString(item)}/redactions{rest}";

    private static string State(JsonElement found) => found.Text("state") switch
    {
        "Ordered" => "待制作",
        "ToReview" => "待复核",
        "Released" => "已放行",
        "Rejected" => "已退回",
        "Failed" => "制作失败",
        var other => other,
    };

    private static Command Order()
    {
        var (item, why) = (Item(), Why());
        var file = new Argument<FileInfo>("plan") { Description = "遮蔽方案，JSON，见 docs/redaction.md / the plan" };
        var wait = new Option<int>("--wait") { Description = "最多等待制作多少秒，默认600 / seconds to wait for it", DefaultValueFactory = _ => 600 };
        var command = new Command("order", "按方案申请制作遮蔽件，须由另一人复核放行 / order a copy by a plan; another person has to release it") { item, file, wait, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var id = parsed.GetRequiredValue(item);
            var ordered = await service.SendAsync(HttpMethod.Post, Path(id), new { plan = await PlanAsync(parsed.GetRequiredValue(file), ct), why = parsed.GetRequiredValue(why) }, ct);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(TimeSpan.FromSeconds(parsed.GetValue(wait)));
            while (ordered.Text("state") == "Ordered" && !limit.IsCancellationRequested)
            {
                await Task.Delay(Pause, TimeProvider.System, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                ordered = (await service.GetAsync(Path(id, "/" + ordered.Text("redaction")), ct)).GetProperty("order");
            }

            Write(ordered);
            if (ordered.Text("state") == "Failed")
                throw new ServiceException($"未能制作 / it could not be made: {ordered.Text("note")}");
        });
        return command;
    }

    private static async Task<JsonElement> PlanAsync(FileInfo file, CancellationToken ct)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(await File.ReadAllBytesAsync(file.FullName, ct));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ServiceException($"{file.FullName}：无法读取遮蔽方案 / is no plan: {e.Message}");
        }
    }

    private static void Write(JsonElement found)
    {
        Console.Out.WriteLine($"{found.Text("redaction")}  {State(found)}  {found.Text("rendition")}");
        if (found.Text("note") is { Length: > 0 } note)
            Console.Out.WriteLine("  " + note);
    }

    private static Command List()
    {
        var (item, json) = (Item(), CommandLine.Json());
        var command = new Command("list", "列出一件资料的遮蔽件 / redacted copies of an item") { item, json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var table = new ListTable("编号", "状态", "申请人", "申请时间", "原因", "复核人", "衍生件", "说明");
            foreach (var found in (await service.GetAsync(Path(parsed.GetRequiredValue(item)), ct)).EnumerateArray())
            {
                if (parsed.GetValue(json))
                    CommandLine.WriteJson(found);
                else
                    table.Add(
                        found.Text("redaction"), State(found), found.Text("orderedBy"), found.Text("orderedAt"), found.Text("why"),
                        found.GetProperty("review") is { ValueKind: JsonValueKind.Object } review ? review.Text("by") : "", found.Text("rendition"), found.Text("note"));
            }

            if (!parsed.GetValue(json))
                table.Write();
        });
        return command;
    }

    private static Command Show()
    {
        var (item, number) = (Item(), Number());
        var command = new Command("show", "查看一个遮蔽件及其方案 / one redacted copy with its plan, as JSON") { item, number };
        command.SetServiceAction(async (parsed, service, ct) => CommandLine.WriteJson(await service.GetAsync(Path(parsed.GetRequiredValue(item), $"/{parsed.GetValue(number)}"), ct)));
        return command;
    }

    private static Command Preview()
    {
        var (item, number) = (Item(), Number());
        var command = new Command("preview", "复核前查看，链接一小时有效，查看写入保管链 / a link to look at it before it is released") { item, number };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var link = await service.SendAsync(HttpMethod.Post, Path(parsed.GetRequiredValue(item), $"/{parsed.GetValue(number)}/preview"), new { }, ct);
            Console.Out.WriteLine(service.Absolute(link.Text("url")));
        });
        return command;
    }

    private static Command Review(string name, string chinese, string verdict)
    {
        var (item, number, why) = (Item(), Number(), Why());
        var command = new Command(name, $"复核后{chinese}，不得为申请人 / {name} it, as another person than the one who ordered it") { item, number, why };
        command.SetServiceAction(async (parsed, service, ct) =>
            Write(await service.SendAsync(HttpMethod.Post, Path(parsed.GetRequiredValue(item), $"/{parsed.GetValue(number)}/review"), new { verdict, why = parsed.GetRequiredValue(why) }, ct)));
        return command;
    }
}
