using System.CommandLine;
using System.Text.Json;
using EvidenceIngest.Hosting;
using EvidenceIngest.Running;

namespace EvidenceIngest.Commands;

/// <summary><c>reminders list|show|seen</c>: what the caller has to do by when. Exit code 0: nothing; 2: something; 3: something that is late.</summary>
internal static class RemindersCommand
{
    private const int SomethingOpen = 2;
    private const int SomethingLate = 3;

    public static Command Create() => new("reminders", "期限提醒 / what has to be done by when") { List(), Show(), Seen() };

    private static Argument<string> Id() => new("reminder") { Description = "提醒编号 / id of the reminder" };

    private static Command List()
    {
        var all = new Option<bool>("--all") { Description = "已办结的也列出 / done ones, too" };
        var limit = new Option<int>("--limit") { Description = "最多显示条数 / at most so many", DefaultValueFactory = _ => 50 };
        var json = CommandLine.Json();
        var command = new Command("list", "列出待办提醒；没有待办退出码为 0，有待办为 2，有逾期为 3 / exit code 0, 2 when something is open, 3 when it is late") { all, limit, json };
        command.SetServiceExit(async (parsed, service, ct) =>
        {
            var counts = await service.GetAsync("me/reminders/count", ct);
            var reminders = await ListAsync(service, parsed.GetValue(all), parsed.GetValue(limit), ct);
            if (parsed.GetValue(json))
                reminders.ForEach(CommandLine.WriteJson);
            else
                Write(reminders, counts);
            return counts.GetProperty("late").GetInt32() > 0 ? SomethingLate : counts.GetProperty("open").GetInt32() > 0 ? SomethingOpen : 0;
        });
        return command;
    }

    private static async Task<List<JsonElement>> ListAsync(ServiceClient service, bool all, int limit, CancellationToken ct)
    {
        var (found, cursor) = (new List<JsonElement>(), "");
        do
        {
            var page = await service.GetAsync($"me/reminders?limit=200&cursor={Uri.EscapeDataString(cursor)}", ct);
            var wanted = page.GetProperty("reminders").EnumerateArray().Where(r => all || r.Text("doneAt").Length == 0).ToList();
            found.AddRange(wanted);
            // Done ones come last.
            cursor = !all && wanted.Count < page.GetProperty("reminders").GetArrayLength() ? "" : page.Text("next");
        }
        while (cursor.Length > 0 && found.Count < limit);
        return [.. found.Take(limit)];
    }

    private static void Write(List<JsonElement> reminders, JsonElement counts)
    {
        var table = new ListTable("编号", "事项", "对象", "单位", "期限", "状态", "要做什么");
        foreach (var found in reminders)
            table.Add(found.Text("reminder"), found.Text("title"), found.Text("about"), found.Text("unitName"), ItemWords.Time(found, "dueAt"), State(found), found.Text("toDo"));
        table.Write();
        Console.Error.WriteLine(counts.GetProperty("open").GetInt32() == 0 ? "没有待办提醒。" : $"待办 {counts.Text("open")} 条，其中逾期 {counts.Text("late")} 条，未阅 {counts.Text("unseen")} 条。");
    }

    private static string State(JsonElement found) =>
        found.Text("doneAt").Length > 0 ? "已办结" : (found.GetProperty("late").GetBoolean() ? "逾期" : "待办") + (found.Text("seenAt").Length > 0 ? "，已阅" : "");

    private static Command Show()
    {
        var id = Id();
        var command = new Command("show", "查看一条提醒：期限怎么计算，提醒过谁 / how it was counted, and who was told") { id };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var wanted = parsed.GetRequiredValue(id);
            var found = (await ListAsync(service, all: true, int.MaxValue, ct)).Find(r => r.Text("reminder") == wanted);
            CommandLine.WriteJson(found.ValueKind == JsonValueKind.Object ? found : throw new ServiceException($"没有发给您的提醒 {wanted} / there is no such reminder for you"));
        });
        return command;
    }

    private static Command Seen()
    {
        var id = Id();
        var command = new Command("seen", "标为已阅；办结与否由系统根据实际情况判断 / seen, which is not done") { id };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var seen = await service.SendAsync(HttpMethod.Post, $"me/reminders/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/seen", new { }, ct);
            Console.Out.WriteLine($"已阅：{seen.Text("title")}，{seen.Text("about")}，期限 {ItemWords.Time(seen, "dueAt")}");
        });
        return command;
    }
}
