using System.CommandLine;

namespace EvidenceIngest.Commands;

/// <summary><c>recorders list|assign|state|issue|return|out</c>: which recorder is whose, and what speaks against it.</summary>
internal static class RecordersCommand
{
    public static Command Create() => new("recorders", "记录仪 / recorders") { List(), Assign(), State(), Issue(), Return(), Out() };

    private static Command List()
    {
        var json = CommandLine.Json();
        var command = new Command("list", "列出记录仪及其配发 / recorders and who carries them") { json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var table = new ListTable("编号", "型号", "警号", "姓名", "单位", "自", "状态");
            foreach (var recorder in (await service.GetAsync("recorders", ct)).EnumerateArray())
            {
                if (parsed.GetValue(json))
                {
                    CommandLine.WriteJson(recorder);
                    continue;
                }

                var assignment = recorder.TryGetProperty("assignment", out var a) && a.ValueKind == System.Text.Json.JsonValueKind.Object ? a : default;
                var known = assignment.ValueKind == System.Text.Json.JsonValueKind.Object;
                table.Add(
                    recorder.Text("recorder"), recorder.Text("model"),
                    known ? assignment.Text("officerNumber") : "", known ? assignment.Text("officerName") : "（未配发）",
                    known ? assignment.Text("agency") : "", known ? assignment.Text("from") : "", StateOf(recorder));
            }

            if (!parsed.GetValue(json))
                table.Write();
        });
        return command;
    }

    private static string StateOf(System.Text.Json.JsonElement recorder) =>
        recorder.TryGetProperty("alarm", out var alarm) && alarm.ValueKind == System.Text.Json.JsonValueKind.Object
            ? "⚠ 编号冲突：" + alarm.Text("detail")
            : recorder.Text("state") == "Withdrawn" ? "停用" : "在用";

    private static Argument<string> Recorder() => new("recorder") { Description = "记录仪编号，如 dev-J800000" };

    private static Command Issue()
    {
        var recorder = Recorder();
        var number = new Option<string>("--officer") { Description = "警号 / officer number", Required = true };
        var name = new Option<string>("--name") { Description = "姓名 / officer's name", Required = true };
        var until = new Option<DateTimeOffset>("--until") { Description = "班次结束时间，如 2026-11-20T18:00:00+08:00 / end of the shift", Required = true };
        var unit = new Option<string?>("--unit") { Description = "资料归属单位编号 / unit that its recordings belong to" };
        var command = new Command("issue", "领用登记，同时配发 / hand a recorder out for a shift") { recorder, number, name, until, unit };
        command.SetServiceAction(async (parsed, service, ct) => Write(await service.SendAsync(
            HttpMethod.Post,
            $"recorders/{Uri.EscapeDataString(parsed.GetRequiredValue(recorder))}/issue",
            new
            {
                officerNumber = parsed.GetRequiredValue(number), officerName = parsed.GetRequiredValue(name), shiftEndsAt = parsed.GetValue(until), unit = parsed.GetValue(unit),
            },
            ct)));
        return command;
    }

    private static Command Return()
    {
        var recorder = Recorder();
        var note = new Option<string?>("--note") { Description = "归还时的状况 / in which state it came back" };
        var command = new Command("return", "归还登记 / take a recorder back") { recorder, note };
        command.SetServiceAction(async (parsed, service, ct) => Write(await service.SendAsync(
            HttpMethod.Post, $"recorders/{Uri.EscapeDataString(parsed.GetRequiredValue(recorder))}/return", new { note = parsed.GetValue(note) }, ct)));
        return command;
    }

    private static void Write(System.Text.Json.JsonElement issue) => Console.Out.WriteLine(
        $"{issue.Text("recorder")}  {issue.Text("officerName")}（{issue.Text("officerNumber")}）  "
        + (issue.Text("returnedAt") is { Length: > 0 } returned ? $"已归还 {returned}" : $"已领用，最迟 {issue.Text("dueAt")} 前采集"));

    private static Command Out()
    {
        var all = new Option<bool>("--all") { Description = "包括已归还的 / with those that came back" };
        var json = CommandLine.Json();
        var command = new Command("out", "列出未归还的记录仪 / recorders that are out") { all, json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var table = new ListTable("编号", "警号", "姓名", "领用", "班次结束", "最近采集", "采集期限", "状态");
            foreach (var issue in (await service.GetAsync(parsed.GetValue(all) ? "recorders/issues?all=true" : "recorders/issues", ct)).EnumerateArray())
            {
                if (parsed.GetValue(json))
                {
                    CommandLine.WriteJson(issue);
                    continue;
                }

                table.Add(
                    issue.Text("recorder"), issue.Text("officerNumber"), issue.Text("officerName"), issue.Text("issuedAt"), issue.Text("shiftEndsAt"), issue.Text("dockedAt"), issue.Text("dueAt"),
                    issue.Text("returnedAt") is { Length: > 0 } ? "已归还" : issue.Text("alarmedAt") is { Length: > 0 } ? "⚠ 逾期未采集" : "在外");
            }

            if (!parsed.GetValue(json))
                table.Write();
        });
        return command;
    }

    private static Command State()
    {
        var recorder = new Argument<string>("recorder") { Description = "记录仪编号，如 dev-J800000" };
        var state = new Argument<string>("state") { Description = "in-service 在用（同时解除告警）| withdrawn 停用、报失" };
        state.AcceptOnlyFromAmong("in-service", "withdrawn");
        var note = new Option<string>("--note") { Description = "理由，记入有关音像资料的保管链 / why", Required = true };
        var command = new Command("state", "停用记录仪，或核实后恢复使用 / take a recorder out of service, or settle what speaks against it") { recorder, state, note };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var answer = await service.SendAsync(
                HttpMethod.Put,
                $"recorders/{Uri.EscapeDataString(parsed.GetRequiredValue(recorder))}/state",
                new { state = parsed.GetRequiredValue(state) == "withdrawn" ? "Withdrawn" : "InService", note = parsed.GetRequiredValue(note) },
                ct);
            if (answer.ValueKind == System.Text.Json.JsonValueKind.Object)
                CommandLine.WriteJson(answer);
        });
        return command;
    }

    private static Command Assign()
    {
        var recorder = new Argument<string>("recorder") { Description = "记录仪编号，如 dev-J800000" };
        var number = new Option<string>("--officer") { Description = "警号 / officer number", Required = true };
        var name = new Option<string>("--name") { Description = "姓名 / officer's name", Required = true };
        var agency = new Option<string?>("--agency") { Description = "单位 / agency or team" };
        var unit = new Option<string?>("--unit") { Description = "资料归属单位编号 / unit that its recordings belong to" };
        var from = new Option<DateTimeOffset?>("--from") { Description = "自何时起，默认现在 / since when; default now" };
        var command = new Command("assign", "把记录仪配发给执法人员 / assign a recorder to an officer") { recorder, number, name, agency, unit, from };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var answer = await service.SendAsync(
                HttpMethod.Put,
                $"recorders/{Uri.EscapeDataString(parsed.GetRequiredValue(recorder))}/assignment",
                new
                {
                    officerNumber = parsed.GetRequiredValue(number),
                    officerName = parsed.GetRequiredValue(name),
                    agency = parsed.GetValue(agency),
                    from = parsed.GetValue(from),
                    unit = parsed.GetValue(unit),
                },
                ct);
            if (answer.ValueKind == System.Text.Json.JsonValueKind.Object)
                CommandLine.WriteJson(answer);
        });
        return command;
    }
}
