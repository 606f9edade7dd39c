using System.CommandLine;
using System.Text.Json;
using EvidenceIngest.Hosting;

namespace EvidenceIngest.Commands;

/// <summary><c>access list|show|enter|decide|open|withdraw|secrecy</c>: who may look at records (article 30).</summary>
internal static class AccessCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    public static Command Create() => new("access", "当事人查阅 / requests of parties to look at records") { List(), Show(), Enter(), Decide(), Open(), Withdraw(), Secrecy() };

    private static Argument<string> Id() => new("request") { Description = "查阅申请编号 / id of the request" };

    private static Option<string> Why() => new("--why") { Description = "原因，写入保管链 / reason; enters the chains", Required = true };

    private static string Path(string id, string verb = "") => "access-requests/" + Uri.EscapeDataString(id) + verb;

    private static string State(JsonElement found) => found.Text("state") switch
    {
        "Entered" => "待审批",
        "Agreed" => "同意",
        "AgreedWithRedaction" => "同意（遮蔽后）",
        "Refused" => "不予同意",
        "Withdrawn" => "已撤回",
        var other => other,
    };

    private static Command List()
    {
        var json = CommandLine.Json();
        var command = new Command("list", "列出查阅申请，待审批的在前 / requests, undecided ones first") { json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var table = new ListTable("编号", "状态", "申请人", "资料", "收到", "期限", "审批", "下一步");
            foreach (var found in (await service.GetAsync("access-requests", ct)).EnumerateArray())
            {
                if (parsed.GetValue(json))
                    CommandLine.WriteJson(found);
                else
                    table.Add(
                        found.Text("request"), State(found) + (found.GetProperty("overdue").GetBoolean() ? "（逾期）" : ""), found.GetProperty("party").Text("name"),
                        $"{found.GetProperty("items").GetArrayLength()} 件", found.Text("receivedOn"), found.Text("dueAt"), DecidedBy(found), Lines(found.GetProperty("waitsFor")));
            }

            if (!parsed.GetValue(json))
                table.Write();
        });
        return command;
    }

    private static string DecidedBy(JsonElement found) => found.GetProperty("decision") is { ValueKind: JsonValueKind.Object } decision ? decision.Text("by") : "";

    private static string Lines(JsonElement lines) => string.Join('；', lines.EnumerateArray().Select(l => l.GetString()));

    private static Command Show()
    {
        var id = Id();
        var command = new Command("show", "查看一份申请 / one request as JSON") { id };
        command.SetServiceAction(async (parsed, service, ct) => CommandLine.WriteJson(await service.GetAsync(Path(parsed.GetRequiredValue(id)), ct)));
        return command;
    }

    private static Command Enter()
    {
        var items = new Argument<string[]>("items") { Description = "音像资料编号，1至100件 / ids of items, 1 to 100", Arity = ArgumentArity.ZeroOrMore };
        var number = new Option<string?>("--case") { Description = "案号：该案现有的全部资料 / all items of this case as of now" };
        var name = new Option<string>("--name") { Description = "申请人姓名或者单位名称，载入水印 / who asks; stands in the watermark", Required = true };
        var standing = new Option<string>("--standing") { Description = "party 当事人 | agent 代理人 | lawyer 律师 | agency 其他机关", Required = true };
        var document = new Option<string>("--document") { Description = "card 居民身份证 | passport 护照 | lawyer 律师证 | letter 公函", Required = true };
        var tail = new Option<string>("--tail") { Description = "证件号码末四位，不得录入全号 / last four characters of its number, never the whole", Required = true };
        var form = new Option<string?>("--form") { Description = "link 链接查看（默认） | agency 到场查看" };
        var received = new Option<string?>("--received") { Description = "收到日期，如 2026-11-20，默认当日 / the day on which it came in" };
        var why = new Option<string>("--why") { Description = "申请理由，写入保管链 / the party's reason; enters the chains", Required = true };
        var command = new Command("enter", "登记查阅申请 / enter a request") { items, number, name, standing, document, tail, form, received, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var named = parsed.GetValue(items) ?? [];
            var entered = await service.SendAsync(
                HttpMethod.Post,
                "access-requests",
                new
                {
                    party = new
                    {
                        name = parsed.GetRequiredValue(name),
                        standing = Word(parsed.GetRequiredValue(standing), "--standing", ("party", "Party"), ("agent", "Agent"), ("lawyer", "Lawyer"), ("agency", "OtherAgency")),
                        document = Word(
                            parsed.GetRequiredValue(document), "--document", ("card", "IdentityCard"), ("passport", "Passport"), ("lawyer", "LawyerLicence"), ("letter", "OfficialLetter")),
                        documentTail = parsed.GetRequiredValue(tail),
                    },
                    reason = parsed.GetRequiredValue(why),
                    items = named.Length == 0 ? null : named,
                    @case = parsed.GetValue(number),
                    form = Word(parsed.GetValue(form) ?? "link", "--form", ("link", "Link"), ("agency", "AtAgency")),
                    receivedOn = parsed.GetValue(received),
                },
                ct);
            Console.Out.WriteLine($"{entered.Text("request")}  {State(entered)}  期限 {entered.Text("dueAt")}");
        });
        return command;
    }

    private static string Word(string text, string option, params (string Word, string Value)[] words)
    {
        var known = words.FirstOrDefault(w => w.Word == text);
        return known.Value ?? throw new ServiceException($"{option}：请使用 {string.Join("、", words.Select(w => w.Word))} / must be one of {string.Join(", ", words.Select(w => w.Word))}");
    }

    private static Command Decide()
    {
        var id = Id();
        var decision = new Argument<string>("decision") { Description = "agree 同意 | redact 遮蔽后同意 | refuse 不予同意" };
        var ground = new Option<string?>("--ground") { Description = "不予同意的法律依据 / the law's ground; needed to refuse" };
        var consent = new Option<string?>("--consent") { Description = "权利人书面同意的情况 / who of those concerned consented in writing" };
        var why = Why();
        var command = new Command("decide", "负责人审批，不得为登记人 / decide, as a head other than the one who entered it") { id, decision, ground, consent, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var decided = await service.SendAsync(
                HttpMethod.Post,
                Path(parsed.GetRequiredValue(id), "/decide"),
                new
                {
                    decision = Word(parsed.GetRequiredValue(decision), "decision", ("agree", "Agreed"), ("redact", "AgreedWithRedaction"), ("refuse", "Refused")),
                    why = parsed.GetRequiredValue(why), ground = parsed.GetValue(ground), consent = parsed.GetValue(consent),
                },
                ct);
            Write(decided);
        });
        return command;
    }

    private static void Write(JsonElement request)
    {
        Console.Out.WriteLine($"{request.Text("request")}  {State(request)}");
        foreach (var line in request.GetProperty("waitsFor").EnumerateArray())
            Console.Out.WriteLine("  " + line.GetString());
    }

    private static Command Open()
    {
        var id = Id();
        var wait = new Option<int>("--wait") { Description = "最多等待水印件多少秒，默认600 / seconds to wait for the copies", DefaultValueFactory = _ => 600 };
        var minutes = new Option<int?>("--minutes") { Description = "链接有效分钟数 / how long links work" };
        var json = CommandLine.Json();
        var command = new Command("open", "开通查阅并给出链接 / open the access and print a link for each item") { id, wait, minutes, json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var request = parsed.GetRequiredValue(id);
            var opened = await service.SendAsync(HttpMethod.Post, Path(request, "/open"), new { }, ct);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(TimeSpan.FromSeconds(parsed.GetValue(wait)));
            while (Copies(opened).Any(c => c.Copy.Text("state") == "Waiting") && !limit.IsCancellationRequested)
            {
                await Task.Delay(Pause, TimeProvider.System, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                opened = await service.GetAsync(Path(request), ct);
            }

            foreach (var (item, copy) in Copies(opened))
                await LinkAsync(service, request, item, copy, parsed.GetValue(minutes), parsed.GetValue(json), ct);
            if (!parsed.GetValue(json))
                Write(opened);
        });
        return command;
    }

    private static IEnumerable<(string Item, JsonElement Copy)> Copies(JsonElement request) =>
        request.GetProperty("items").EnumerateArray().Where(i => i.GetProperty("copy").ValueKind == JsonValueKind.Object).Select(i => (i.Text("item"), i.GetProperty("copy")));

    private static async Task LinkAsync(ServiceClient service, string request, string item, JsonElement copy, int? minutes, bool asJson, CancellationToken ct)
    {
        if (copy.Text("state") != "Ready")
            return;
        var link = await service.SendAsync(HttpMethod.Post, Path(request, "/links"), new { item, minutes }, ct);
        if (asJson)
            CommandLine.WriteJson(link);
        else
            Console.Out.WriteLine($"{item}  {link.Text("url")}  {link.Text("openings")} 次，至 {link.Text("expiresAt")}{(link.GetProperty("watermarked").GetBoolean() ? "" : "  无水印，建议到场播放")}");
    }

    private static Command Withdraw()
    {
        var id = Id();
        var why = Why();
        var command = new Command("withdraw", "撤回申请，已给出的链接随即失效 / take a request back; its links end at once") { id, why };
        command.SetServiceAction(async (parsed, service, ct) =>
            Write(await service.SendAsync(HttpMethod.Post, Path(parsed.GetRequiredValue(id), "/withdraw"), new { why = parsed.GetRequiredValue(why) }, ct)));
        return command;
    }

    private static Command Secrecy()
    {
        var item = new Argument<string>("item") { Description = "音像资料编号 / id of the item" };
        var level = new Argument<string>("level") { Description = "none 无 | privacy 个人隐私 | trade 商业秘密 | state 国家秘密" };
        var lower = new Option<bool>("--lower") { Description = "降低，仅限负责人 / lower it, as a head" };
        var why = Why();
        var command = new Command("secrecy", "标注涉密属性 / mark what the law protects in an item") { item, level, lower, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var wanted = Word(parsed.GetRequiredValue(level), "level", ("none", "None"), ("privacy", "PersonalPrivacy"), ("trade", "TradeSecret"), ("state", "StateSecret"));
            var path = $"items/{Uri.EscapeDataString(parsed.GetRequiredValue(item))}/secrecy";
            var saved = parsed.GetValue(lower)
                ? await service.SendAsync(HttpMethod.Post, path + "/lower", new { level = wanted, why = parsed.GetRequiredValue(why) }, ct)
                : await service.SendAsync(HttpMethod.Put, path, new { level = wanted, why = parsed.GetRequiredValue(why) }, ct);
            Console.Out.WriteLine($"{saved.Text("item")}  {saved.Text("level")}");
        });
        return command;
    }
}
