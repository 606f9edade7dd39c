using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EvidenceIngest.Hosting;

namespace EvidenceIngest.Commands;

/// <summary><c>reviews list|draw|show|population|score|findings|correct|judge</c>: samples of case files, and what became of what they found.</summary>
internal static class ReviewsCommand
{
    public static Command Create() => new("reviews", "案卷评查 / reviews of case files") { List(), Draw(), Show(), Population(), Score(), Findings(), Correct(), Judge() };

    private static Argument<string> Id() => new("review") { Description = "评查编号 / id of the review" };

    private static Argument<string> FindingId() => new("finding") { Description = "问题编号 / id of the finding" };

    private static string Path(string id, string rest = "") => $"reviews/{Uri.EscapeDataString(id)}{rest}";

    private static Command List()
    {
        var json = CommandLine.Json();
        var command = new Command("list", "列出评查 / samples that were drawn") { json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var table = new ListTable("编号", "结案日期", "抽取", "已评", "抽样人", "时间", "事由");
            foreach (var found in (await service.GetAsync("reviews", ct)).EnumerateArray())
            {
                var cases = found.GetProperty("cases").EnumerateArray().ToList();
                if (parsed.GetValue(json))
                    CommandLine.WriteJson(found);
                else
                    table.Add(
                        found.Text("review"), $"{found.Text("from")}–{found.Text("to")}", $"{cases.Count} / {found.Text("populationSize")}",
                        cases.Count(c => c.Text("reviewedAt").Length > 0).ToString(CultureInfo.InvariantCulture), found.Text("drawnBy"), found.Text("drawnAt"), found.Text("why"));
            }

            if (!parsed.GetValue(json))
                table.Write();
        });
        return command;
    }

    private static Command Draw()
    {
        var from = new Option<string>("--from") { Description = "结案日期自，如 2026-01-01 / closed from this day on", Required = true };
        var to = new Option<string>("--to") { Description = "结案日期至 / to this day", Required = true };
        var count = new Option<int>("--count") { Description = "抽取件数 / how many", Required = true };
        var seed = new Option<string?>("--seed") { Description = "公开抽签所得的种子，默认由系统随机生成 / from a public draw" };
        var why = new Option<string>("--why") { Description = "事由，写入服务日志链 / reason; enters the service's chain", Required = true };
        var unit = new Option<string?>("--unit") { Description = "单位编号，含下级 / of this unit and those below" };
        var command = new Command("draw", "随机抽取已结案件 / draw closed cases at random") { from, to, count, seed, unit, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var drawn = await service.SendAsync(
                HttpMethod.Post,
                "reviews",
                new
                {
                    from = parsed.GetRequiredValue(from), to = parsed.GetRequiredValue(to), count = parsed.GetRequiredValue(count), seed = parsed.GetValue(seed), why = parsed.GetRequiredValue(why),
                    unit = parsed.GetValue(unit),
                },
                ct);
            Write(drawn);
        });
        return command;
    }

    private static void Write(JsonElement review)
    {
        Console.Out.WriteLine($"{review.Text("review")}  种子 {review.Text("seed")}  总体 {review.Text("populationSize")} 件 sha256 {review.Text("digest")}");
        foreach (var drawn in review.GetProperty("cases").EnumerateArray())
            Console.Out.WriteLine($"{drawn.Text("number")}\t{(drawn.Text("total") is { Length: > 0 } total ? $"{total} / {drawn.Text("most")}" : "未评")}");
    }

    private static Command Show()
    {
        var id = Id();
        var command = new Command("show", "查看一次评查 / one review as JSON") { id };
        command.SetServiceAction(async (parsed, service, ct) => CommandLine.WriteJson(await service.GetAsync(Path(parsed.GetRequiredValue(id)), ct)));
        return command;
    }

    private static Command Population()
    {
        var id = Id();
        var command = new Command("population", "抽样总体，每行一个案号，供复核 / what it was drawn from, for drawing it again") { id };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            using var text = new MemoryStream();
            await service.DownloadAsync(Path(parsed.GetRequiredValue(id), "/population"), text, _ => { }, ct);
            await using var output = Console.OpenStandardOutput();
            text.Position = 0;
            await text.CopyToAsync(output, ct);
        });
        return command;
    }

    private static Command Score()
    {
        var id = Id();
        var number = new Argument<string>("number") { Description = "案号 / number of the case" };
        var points = new Argument<string[]>("points") { Description = "项目=得分，每个项目都要有 / criterion=points for every criterion", Arity = ArgumentArity.OneOrMore };
        var findings = new Option<string[]>("--finding") { Description = "项目=问题，可重复 / criterion=what is wrong" };
        var command = new Command("score", "评分并列出问题 / give points and say what is wrong") { id, number, points, findings };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var scores = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var (criterion, text) in parsed.GetRequiredValue(points).Select(Parted))
            {
                if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var given) || !scores.TryAdd(criterion, given))
                    throw new ServiceException($"{criterion}={text}：得分须为整数，每个项目一次 / points are whole numbers, each criterion once");
            }

            var found = (parsed.GetValue(findings) ?? []).Select(Parted).Select(f => new { criterion = f.Name, text = f.Text });
            Write(await service.SendAsync(
                HttpMethod.Put, Path(parsed.GetRequiredValue(id), "/cases/" + Uri.EscapeDataString(parsed.GetRequiredValue(number))), new { scores, findings = found }, ct));
        });
        return command;
    }

    private static (string Name, string Text) Parted(string text) => text.IndexOf('=', StringComparison.Ordinal) is > 0 and var at
        ? (text[..at], text[(at + 1)..])
        : throw new ServiceException($"{text}：格式为 项目=内容 / must look like criterion=text");

    private static Command Findings()
    {
        var json = CommandLine.Json();
        var command = new Command("findings", "列出评查发现的问题 / what was found, open ones first") { json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var table = new ListTable("编号", "状态", "案号", "项目", "问题", "整改", "核查");
            foreach (var found in (await service.GetAsync("review-findings", ct)).EnumerateArray())
            {
                if (parsed.GetValue(json))
                    CommandLine.WriteJson(found);
                else
                    table.Add(found.Text("finding"), State(found), found.Text("case"), found.Text("criterion"), found.Text("text"), found.Text("correction"), found.Text("verdict"));
            }

            if (!parsed.GetValue(json))
                table.Write();
        });
        return command;
    }

    private static string State(JsonElement found) => found.Text("state") switch
    {
        "Open" => "待整改",
        "Corrected" => "已整改，待核查",
        "Closed" => "已销号",
        var other => other,
    };

    private static Command Correct()
    {
        var id = FindingId();
        var what = new Option<string>("--what") { Description = "整改情况 / what was done", Required = true };
        var command = new Command("correct", "登记整改情况 / say what was corrected") { id, what };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var saved = await service.SendAsync(
                HttpMethod.Post, $"review-findings/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/correct", new { what = parsed.GetRequiredValue(what) }, ct);
            Console.Out.WriteLine($"{saved.Text("finding")}  {State(saved)}");
        });
        return command;
    }

    private static Command Judge()
    {
        var id = FindingId();
        var accept = new Option<bool>("--accept") { Description = "销号 / close it" };
        var back = new Option<bool>("--back") { Description = "退回整改 / send it back" };
        var why = new Option<string>("--why") { Description = "核查意见 / reason", Required = true };
        var command = new Command("judge", "回头看：核查整改 / look back on a correction") { id, accept, back, why };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            if (parsed.GetValue(accept) == parsed.GetValue(back))
                throw new ServiceException("请指定 --accept 或 --back / say either --accept or --back");
            var saved = await service.SendAsync(
                HttpMethod.Post, $"review-findings/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/judge",
                new { accepted = parsed.GetValue(accept), why = parsed.GetRequiredValue(why) }, ct);
            Console.Out.WriteLine($"{saved.Text("finding")}  {State(saved)}");
        });
        return command;
    }
}
