using System.CommandLine;
using EvidenceIngest.Dock;
using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Hosting;
using EvidenceIngest.Running;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace EvidenceIngest.Commands;

/// <summary><c>run</c>: both roles in one process, which still meet over HTTP.</summary>
internal static class RunCommand
{
    private const int AllSafe = 0;
    private const int NotAllSafe = 2;

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    public static Command Create()
    {
        var bays = new Option<string[]>("--bay") { Description = "folder:PATH，把文件夹作为记录仪接入 / dock a folder as a recorder" };
        var once = new Option<bool>("--once") { Description = "全部资料安全后结束；0 全部入库，2 有未入库的 / end when every recording is safe" };
        var json = new Option<bool>("--json") { Description = "每件资料一行 JSON / one JSON line per evidence item" };
        var command = new Command("run", "在本机启动服务器和采集站 / run server and dock in one process") { bays, once, json };
        command.SetAction((parsed, ct) => CommandLine.GuardAsync(() => RunAsync(
            FolderBays(parsed.GetValue(bays) ?? []), parsed.GetValue(once), parsed.GetValue(json), ct)));
        return command;
    }

    /// <exception cref="SettingsException">A bay that is no folder:PATH.</exception>
    internal static IReadOnlyList<string> FolderBays(IEnumerable<string> bays) =>
        [.. bays.Select(bay => bay.StartsWith("folder:", StringComparison.Ordinal) && bay.Length > "folder:".Length
            ? Path.GetFullPath(bay["folder:".Length..])
            : throw new SettingsException($"--bay {bay}: only folder:PATH can be named; USB bays are found by themselves"))];

    private static async Task<int> RunAsync(IReadOnlyList<string> folders, bool once, bool json, CancellationToken ct)
    {
        if (once && folders.FirstOrDefault(f => !Directory.Exists(f)) is { } missing)
            throw new SettingsException($"{missing} 不存在或不是文件夹 / is no folder");
        var home = EvidenceHome.FromEnvironment();
        var settings = Settings.Load(home);
        using var logger = Logging.Create(home, ConsoleLog.WarningsOnError);
        using var telemetry = Logging.StartTelemetry();
        await using var server = Hosts.Server(settings, logger);
        await server.StartAsync(ct);
        try
        {
            var access = await LocalOperator.EnsureAsync(home, server.Services, settings.ServerUrl, ct);
            var code = File.Exists(home.DockCredentialsFile) ? null : (await access.InviteDockAsync("run", ct)).Code;
            using var dock = Hosts.Dock(settings.Dock(code, folders), settings.Recorders(folders), logger);
            await dock.StartAsync(ct);
            try
            {
                using var service = ServiceClient.For(home, settings);
                await using var view = View(json, settings.ServerUrl);
                return await WatchAsync(dock.Services.GetRequiredService<DockStatus>(), new ItemFeed(service), view, folders.Count, once, ct);
            }
            finally
            {
                await dock.StopAsync(CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return AllSafe;
        }
        finally
        {
            await server.StopAsync(CancellationToken.None);
        }
    }

    private static async Task<int> WatchAsync(
        DockStatus dock, ItemFeed feed, IRunView view, int folderBays, bool once, CancellationToken ct)
    {
        while (true)
        {
            view.Show(dock.Bays, dock.Backlog);
            // Asked before the items are: a receipt that comes in between is an item that the feed doesn't know yet.
            var over = IsOver(dock, folderBays);
            foreach (var item in await feed.LookAsync(dock.Items, ct))
                view.Finished(item);
            if (once && over is { } problems && feed.AllFinished)
            {
                view.Show(dock.Bays, dock.Backlog);
                foreach (var problem in problems)
                    await Console.Error.WriteLineAsync($"{problem.Subject}: {problem.Reason}");
                return problems.Count == 0 && feed.AllSealed ? AllSafe : NotAllSafe;
            }

            await Task.Delay(LookInterval, ct);
        }
    }

    /// <summary>What went wrong, once nothing is left to do; null while something still is.</summary>
    private static IReadOnlyList<DockProblem>? IsOver(DockStatus dock, int folderBays)
    {
        var idle = dock.Idle();
        var seen = dock.Bays.Count(b => b.Bay.StartsWith("folder:", StringComparison.Ordinal) && b.State != BayState.Empty);
        return idle.Idle && seen >= folderBays ? idle.Problems : null;
    }

    private static IRunView View(bool json, Uri address)
    {
        if (json)
            return new JsonLines();
        return Console.IsOutputRedirected
            ? new PlainLines(Console.Out, TimeProvider.System)
            : new LiveTable(AnsiConsole.Console, address);
    }
}
