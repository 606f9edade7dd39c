using System.Diagnostics;
using EvidenceIngest.Dock;
using EvidenceIngest.Hosting;
using EvidenceIngest.Recorders;
using Microsoft.Extensions.Logging.Abstractions;

namespace EvidenceIngest.Tests.Unattended;

public sealed class DockWatchdogTests : IDisposable
{
    private static readonly TimeSpan Watchdog = TimeSpan.FromMilliseconds(300);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("watchdog-");

    public void Dispose() => _folder.Delete(recursive: true);

    private DockOptions Options() => new()
    {
        Server = new Uri("http://127.0.0.1:1"), StagingFolder = _folder.FullName, CredentialsFile = Path.Combine(_folder.FullName, "none"), Name = "test",
    };

    [Fact]
    public async Task It_is_fed_only_while_the_work_goes_on()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "systemd");
        using var manager = new ServiceManager(Path.Combine(_folder.FullName, "notify"));
        using var notify = SystemdNotify.Of(manager.Address, $"{Watchdog.TotalMicroseconds:0}", null);
        var beats = new Heartbeats(TimeProvider.System);
        beats.Alive("DeliveryQueue", TimeSpan.FromMinutes(5));
        using var watchdog = new DockWatchdog(
            beats, new DockStatus(TimeProvider.System, Options()), TimeProvider.System, NullLogger<DockWatchdog>.Instance, notify);
        await watchdog.StartAsync(CancellationToken.None);
        await UntilAsync(() => manager.Count("WATCHDOG=1") >= 3, manager);
        Assert.Equal(1, manager.Count("READY=1"));

        beats.Ended("DeliveryQueue");
        await manager.WaitForAsync(s => s == "STATUS=hangs: DeliveryQueue", "what hangs");
        var fed = manager.Count("WATCHDOG=1");
        await Task.Delay(3 * Watchdog);
        Assert.Equal(fed, manager.Count("WATCHDOG=1"));

        beats.Alive("DeliveryQueue", TimeSpan.FromMinutes(5));
        await UntilAsync(() => manager.Count("WATCHDOG=1") > fed, manager);
        await watchdog.StopAsync(CancellationToken.None);
        await manager.WaitForAsync(s => s == "STOPPING=1", "the end");
    }

    /// <summary>The service as systemd starts it, with a server that isn't there and no USB to look at.</summary>
    [Fact]
    public async Task The_dock_is_ready_feeds_its_watchdog_and_says_when_it_is_asked_to_stop()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "systemd");
        using var manager = new ServiceManager(Path.Combine(_folder.FullName, "notify"));
        var start = new ProcessStartInfo(BuiltProgram.Path, ["dock"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["EVIDENCE_HOME"] = Path.Combine(_folder.FullName, "home");
        start.Environment["EVIDENCE_Dock__Server"] = "http://127.0.0.1:1";
        start.Environment["NOTIFY_SOCKET"] = manager.Address;
        start.Environment["WATCHDOG_USEC"] = $"{Watchdog.TotalMicroseconds:0}";
        using var dock = Process.Start(start)!;
        try
        {
            var output = dock.StandardOutput.ReadToEndAsync();
            var error = dock.StandardError.ReadToEndAsync();
            await manager.WaitForAsync(s => s == "READY=1", "that the dock is ready");
            await UntilAsync(() => manager.Count("WATCHDOG=1") >= 3, manager);
            Assert.Contains(manager.Said, s => s.StartsWith("STATUS=0 recorders in ", StringComparison.Ordinal));
            await Tool.RunAsync("/bin/kill", ["-TERM", $"{dock.Id}"]);
            await manager.WaitForAsync(s => s == "STOPPING=1", "that the dock stops");
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await dock.WaitForExitAsync(limit.Token);
            // What the unit counts as success.
            Assert.True(dock.ExitCode is 0 or 143, $"exit code {dock.ExitCode}: {await output} {await error}");
        }
        finally
        {
            if (!dock.HasExited)
                dock.Kill(entireProcessTree: true);
        }
    }

    private static async Task UntilAsync(Func<bool> reached, ServiceManager manager)
    {
        var until = Environment.TickCount64 + 30_000;
        while (!reached())
        {
            Assert.True(Environment.TickCount64 < until, "in vain: " + string.Join(" | ", manager.Said));
            await Task.Delay(10);
        }
    }
}
