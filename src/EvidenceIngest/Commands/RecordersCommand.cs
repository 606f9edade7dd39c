using System.CommandLine;

namespace EvidenceIngest.Commands;

/// <summary><c>recorders list|assign|state</c>: which recorder is whose, and what speaks against it.</summary>
internal static class RecordersCommand
{
    public static Command Create() => new("recorders", "记录仪 / recorders") { List(), Assign(), State() };

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
