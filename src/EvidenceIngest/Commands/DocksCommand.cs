using System.CommandLine;
using System.Globalization;
using EvidenceIngest.Running;

namespace EvidenceIngest.Commands;

/// <summary><c>docks invite|bays</c>: docking stations and what stands in their bays.</summary>
internal static class DocksCommand
{
    public static Command Create() => new("docks", "采集站 / docking stations") { Invite(), Bays() };

    private static Command Invite()
    {
        var command = new Command("invite", "生成一次性登记码，供新采集站使用 / a one-time code with which a new dock enrols");
        command.SetServiceAction(async (_, service, ct) =>
            Console.Out.WriteLine((await service.SendAsync(HttpMethod.Post, "docks/invitations", new { }, ct)).Text("code")));
        return command;
    }

    private static Command Bays()
    {
        var json = CommandLine.Json();
        var command = new Command("bays", "各采集口的状态 / what every bay shows") { json };
        command.SetServiceAction(async (parsed, service, ct) =>
        {
            var table = new ListTable("采集站", "采集口", "状态", "记录仪", "文件", "字节", "说明");
            foreach (var bay in (await service.GetAsync("bays", ct)).EnumerateArray())
            {
                if (parsed.GetValue(json))
                    CommandLine.WriteJson(bay);
                else
                    table.Add(
                        bay.Text("dock"), bay.Text("bay"), BayWords.OfName(bay.Text("state")), bay.Text("recorder"),
                        $"{bay.Text("filesDone")}/{bay.Text("filesTotal")}",
                        $"{Size(bay, "bytesDone")}/{Size(bay, "bytesTotal")}",
                        bay.Text("reason"));
            }

            if (!parsed.GetValue(json))
                table.Write();
        });
        return command;
    }

    private static string Size(System.Text.Json.JsonElement bay, string member) =>
        long.TryParse(bay.Text(member), CultureInfo.InvariantCulture, out var bytes) ? BayWords.Size(bytes) : "";
}
