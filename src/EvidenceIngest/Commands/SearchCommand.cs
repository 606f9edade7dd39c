using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EvidenceIngest.Hosting;
using EvidenceIngest.Running;
using Spectre.Console;

namespace EvidenceIngest.Commands;

/// <summary><c>search QUERY</c>: recordings by what is said in them and written about them; <c>search --rebuild</c>: its index anew.</summary>
internal static class SearchCommand
{
    // Of one item, so that a page of them stays readable.
    private const int HitsShown = 3;

    // Options of the same name as the parameters of the API.
    private static readonly (string Name, string Description)[] Filters =
    [
        ("from", "起始日期，如 2026-11-01 / first day"), ("to", "截止日期 / last day"), ("unit", "单位编号 / unit"), ("officer", "警号 / officer's number"), ("recorder", "记录仪编号 / recorder id"),
        ("case", "案号 / case number"), ("matter", "执法事项编号 / matter"), ("place", "案件地点所含文字 / words of the case's place"), ("state", "sealed, quarantined, receiving, sealing, disposed"),
        ("kind", "video, audio, photo, other"), ("finding", "异常代码，如 Damaged / code of a finding"), ("lack", "time 逾期, case 未关联案件, requirement 要素不全"),
    ];

    public static Command Create()
    {
        var words = new Argument<string[]>("query")
        {
            Description = "检索词：空格分隔，须同时出现；引号内作为整体；前加减号表示排除（先写 -- ） / words; quotes hold together, a minus leaves out (after --)", Arity = ArgumentArity.ZeroOrMore,
        };
        var relevance = new Option<bool>("--relevance") { Description = "按相关度排列，默认新的在前 / the best first instead of the newest" };
        var limit = new Option<int>("--limit") { Description = "最多显示件数 / at most so many items", DefaultValueFactory = _ => 20 };
        var rebuild = new Option<bool>("--rebuild") { Description = "重建检索索引，期间仍可检索 / make the index anew; searching goes on meanwhile" };
        var json = CommandLine.Json();
        var command = new Command("search", "检索音像资料：语音文字、要素、文件名、案件等；每次检索写入服务日志链 / find recordings; each search is recorded") { words, relevance, limit, rebuild, json };
        var filters = Filters.Select(f => (f.Name, Option: new Option<string?>("--" + f.Name) { Description = f.Description })).ToList();
        filters.ForEach(f => command.Add(f.Option));
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            if (parsed.GetValue(rebuild))
            {
                await RebuildAsync(service, ct);
                return;
            }

            List<(string Name, string? Value)> query = [("q", string.Join(' ', parsed.GetValue(words) ?? [])), .. filters.Select(f => (f.Name, parsed.GetValue(f.Option)))];
            if (query.TrueForAll(q => string.IsNullOrWhiteSpace(q.Value)))
                throw new ServiceException("请输入检索词或筛选条件 / say what to look for: words or a filter");
            if (parsed.GetValue(relevance))
                query.Add(("order", "relevance"));
            var any = false;
            await foreach (var found in service.PagesAsync("search", query, parsed.GetValue(limit), ct, "items"))
            {
                any = true;
                if (parsed.GetValue(json))
                    CommandLine.WriteJson(found);
                else
                    Write(found);
            }

            if (!any && !parsed.GetValue(json))
                Console.Out.WriteLine("未检索到可查看的资料 / nothing was found that you may see");
        });
        return command;
    }

    private static void Write(JsonElement found)
    {
        var item = found.GetProperty("item");
        Console.Out.WriteLine(string.Join("  ", new[] { item.Text("item"), ItemWords.State(item), ItemWords.Kind(item), item.Text("recorder"), ItemWords.Time(item, "recordedAt") }.Where(t => t.Length > 0)));
        foreach (var hit in found.GetProperty("hits").EnumerateArray().Take(HitsShown))
            Console.Out.WriteLine($"    {Place(hit)}  {Marked(hit)}");
        if (found.GetProperty("matches").GetInt32() is var matches and > HitsShown)
            Console.Out.WriteLine($"    …… 共 {matches} 处 / {matches} places");
    }

    private static string Place(JsonElement hit) => hit.GetProperty("start") is { ValueKind: JsonValueKind.Number } start
        ? TimeSpan.FromSeconds(start.GetDouble()).ToString(@"hh\:mm\:ss", CultureInfo.InvariantCulture)
        : hit.Text("field") switch
        {
            "Item" => "编号", "Recorder" => "记录仪", "Officer" => "警号", "MethodOfProduction" => "制作方法", "TimeOfProduction" => "制作时间", "Producer" => "制作人", "ObjectOfProof" => "证明对象",
            "Scene" => "现场审看", "Lateness" => "逾期原因", "File" => "文件", "Case" => "案号", "Place" => "地点", "Transcript" => "文字记录", var other => other,
        };

    private static string Marked(JsonElement hit)
    {
        var text = hit.Text("text");
        foreach (var mark in hit.GetProperty("marks").EnumerateArray().Reverse())
        {
            var (start, length) = (mark.GetProperty("start").GetInt32(), mark.GetProperty("length").GetInt32());
            text = text.Insert(start + length, "】").Insert(start, "【");
        }

        return text;
    }

    private static async Task RebuildAsync(ServiceClient service, CancellationToken ct)
    {
        await service.SendAsync(HttpMethod.Post, "search/rebuild", new { }, ct);
        var progress = await AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn()).StartAsync(async shown =>
        {
            var task = shown.AddTask("重建检索索引");
            while (true)
            {
                var now = await service.GetAsync("search/rebuild", ct);
                task.MaxValue = Math.Max(1, now.GetProperty("total").GetInt32());
                task.Value = now.GetProperty("items").GetInt32();
                if (now.Text("state") != "Running")
                    return now;
                await Task.Delay(TimeSpan.FromMilliseconds(500), ct);
            }
        });
        if (progress.Text("state") != "Done")
            throw new ServiceException($"重建未完成：{progress.Text("trouble")}。原有索引仍可使用，可再次运行 / ended early; what was there serves on, run it again");
        Console.Out.WriteLine($"已重建 {progress.Text("items")} 件资料的索引 / the index of {progress.Text("items")} items was made anew");
    }
}
