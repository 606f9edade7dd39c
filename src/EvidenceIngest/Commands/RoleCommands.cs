using System.CommandLine;
using EvidenceIngest.Hosting;
using Microsoft.Extensions.Hosting;

namespace EvidenceIngest.Commands;

/// <summary><c>serve</c> and <c>dock</c>: one role each, for sites with several machines. Logs are JSON lines on standard output.</summary>
internal static class RoleCommands
{
    public static Command Serve()
    {
        var command = new Command("serve", "只运行服务器 / the server role alone");
        command.SetAction((_, ct) => CommandLine.GuardAsync(async () =>
        {
            var home = EvidenceHome.FromEnvironment();
            using var logger = Logging.Create(home, ConsoleLog.Json);
            using var telemetry = Logging.StartTelemetry();
            var settings = Settings.Load(home);
            await using var server = Hosts.Server(settings, logger);
            await server.StartAsync(ct);
            await LocalOperator.EnsureAsync(home, server.Services, settings.ServerUrl, ct);
            await server.WaitForShutdownAsync(ct);
            return 0;
        }));
        return command;
    }

    public static Command Dock()
    {
        var bays = new Option<string[]>("--bay") { Description = "folder:PATH" };
        var codeOption = new Option<string?>("--code")
        {
            Description = "一次性登记码，首次启动时需要；默认读取 secrets/enrolment.code / one-time enrolment code, needed at the first start",
        };
        var command = new Command("dock", "只运行采集站 / the dock role alone") { bays, codeOption };
        command.SetAction((parsed, ct) => CommandLine.GuardAsync(async () =>
        {
            var home = EvidenceHome.FromEnvironment();
            var settings = Settings.Load(home);
            // Used up by enrolment and worthless then: the file may stay.
            var code = parsed.GetValue(codeOption)
                ?? (File.Exists(home.EnrolmentCodeFile) ? home.ReadSecret(home.EnrolmentCodeFile, "enrolment code") : null);
            using var logger = Logging.Create(home, ConsoleLog.Json);
            using var telemetry = Logging.StartTelemetry();
            var folders = RunCommand.FolderBays(parsed.GetValue(bays) ?? []);
            using var dock = Hosts.Dock(settings.Dock(code, folders), settings.Recorders(folders), logger);
            await dock.StartAsync(ct);
            await dock.WaitForShutdownAsync(ct);
            return 0;
        }));
        return command;
    }
}
