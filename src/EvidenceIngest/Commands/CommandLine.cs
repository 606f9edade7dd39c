using System.CommandLine;
using System.Text.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Hosting;

namespace EvidenceIngest.Commands;

/// <summary>What commands that talk to the running service have in common.</summary>
internal static class CommandLine
{
    private const int Failed = 1;

    public static Option<bool> Json() => new("--json") { Description = "每行一个 JSON 对象 / one JSON object per line" };

    /// <summary>Runs a command against the service; what it refuses ends as one message and exit code 1.</summary>
    public static void SetServiceAction(this Command command, Func<ParseResult, ServiceClient, CancellationToken, Task> action) =>
        command.SetServiceExit(async (parsed, service, ct) =>
        {
            await action(parsed, service, ct);
            return 0;
        });

    /// <summary>For commands whose exit code says what was found.</summary>
    public static void SetServiceExit(this Command command, Func<ParseResult, ServiceClient, CancellationToken, Task<int>> action) =>
        command.SetAction(async (parsed, ct) => await GuardAsync(async () =>
        {
            var home = EvidenceHome.FromEnvironment();
            using var service = ServiceClient.For(home, Settings.Load(home));
            return await action(parsed, service, ct);
        }));

    /// <summary>Turns the expected refusals into messages for a person; anything else is a fault and keeps its trace.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (e is ServiceException or SettingsException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return Failed;
        }
    }

    public static void WriteJson(JsonElement element) =>
        Console.Out.WriteLine(JsonSerializer.Serialize(element, EvidenceJson.Options));

    /// <summary>A member as people read it; empty when it is missing or null.</summary>
    public static string Text(this JsonElement element, string member) =>
        element.TryGetProperty(member, out var value)
            ? value.ValueKind switch
            {
                JsonValueKind.Null or JsonValueKind.Undefined => "",
                JsonValueKind.String => value.GetString()!,
                JsonValueKind.Array => string.Join(",", value.EnumerateArray().Select(v => v.ToString())),
                _ => value.ToString(),
            }
            : "";
}
