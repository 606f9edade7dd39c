using EvidenceIngest.Dock;
using EvidenceIngest.Recorders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Hosting;

/// <summary>
/// Tells the service manager that the dock works: only while each of its loops gives signs of life, so that one that hangs is
/// started anew. Registered after the dock, hence started when its journals have been read.
/// </summary>
/// <param name="beats">Of the dock's loops.</param>
/// <param name="dock">For the line that the service manager shows.</param>
/// <param name="time">Clock of the looks.</param>
/// <param name="log">Told once of every change.</param>
/// <param name="manager">Null when no service manager started this process; then a loop that hangs is only logged.</param>
internal sealed class DockWatchdog(
    Heartbeats beats, DockStatus dock, TimeProvider time, ILogger<DockWatchdog> log, SystemdNotify? manager = null) : BackgroundService
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);

    /// <summary>Looks, of 20 seconds: as long as the systemd unit waits.</summary>
    private const int WindowsPatience = 6;

    private string _missed = "";
    private int _looksInVain;

    /// <summary>Three signs within the manager's patience: one may come late, one may get lost.</summary>
    private TimeSpan Interval => manager?.Watchdog / 3 is { } third && third < Longest ? (third > Shortest ? third : Shortest) : Longest;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        manager?.Ready();
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        manager?.Stopping();
        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var ticks = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                Look();
            }
            while (await ticks.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The dock stops.
        }
    }

    private void Look()
    {
        var missed = string.Join(", ", beats.Missed());
        if (missed != _missed)
        {
            if (missed.Length > 0)
                log.LoopsHang(missed, manager?.Watchdog is not null);
            else
                log.LoopsWorkAgain(_missed);
            _missed = missed;
        }

        if (missed.Length > 0)
        {
            manager?.Status("hangs: " + missed);
            EndWindowsService(missed);
            return;
        }

        _looksInVain = 0;
        manager?.Alive();
        manager?.Status(Describe());
    }

    /// <summary>Windows' service manager has no watchdog: it only starts anew what ended.</summary>
    private void EndWindowsService(string missed)
    {
        if (OperatingSystem.IsWindows() && WindowsService.IsRunning && ++_looksInVain > WindowsPatience)
            Environment.FailFast($"the dock hangs: {missed}");
    }

    private string Describe()
    {
        var (bays, backlog) = (dock.Bays, dock.Backlog);
        return string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{bays.Count(b => b.Recorder is not null)} recorders in {bays.Count} bays; {backlog.FilesToDeliver} files to deliver; server: {backlog.Link}");
    }
}

internal static partial class DockWatchdogLog
{
    [LoggerMessage(2100, LogLevel.Critical, "The dock hangs: {Loops} gave no sign of life in time. Nothing staged is lost. The service manager starts it anew: {IsWatched}")]
    public static partial void LoopsHang(this ILogger log, string loops, bool isWatched);

    [LoggerMessage(2101, LogLevel.Warning, "The dock goes on: {Loops} gave a sign of life again")]
    public static partial void LoopsWorkAgain(this ILogger log, string loops);
}
