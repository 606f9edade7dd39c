using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Dock.Delivery;
using EvidenceIngest.Dock.Journal;
using EvidenceIngest.Recorders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Dock;

/// <summary>
/// The dock: recovers from its journals, then watches bays, delivers and reports until it is stopped. Being stopped at any
/// moment, politely or not, loses nothing.
/// </summary>
internal sealed class DockService(
    StagingFolder staging,
    CredentialStore credentials,
    BayWatch bays,
    DeliveryQueue deliveries,
    BayReporting reports,
    DockBacklogCount backlog,
    DockStatus status,
    Heartbeats beats,
    TimeProvider time,
    ILogger<DockService> log) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        credentials.Load();
        staging.Open();
        foreach (var offload in staging.Offloads)
        {
            ReceiptIntake.DeleteSealedLeftovers(offload);
            await new SpoiledCopy(time).CheckPresenceAsync(offload);
        }

        status.Watch(backlog.Count, () => staging.SignedItems);
        await base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        KeepAsync(nameof(BayWatch), bays.RunAsync, stoppingToken),
        KeepAsync(nameof(DeliveryQueue), deliveries.RunAsync, stoppingToken),
        KeepAsync(nameof(BayReporting), reports.RunAsync, stoppingToken),
        KeepAsync(nameof(PruneDailyAsync), PruneDailyAsync, stoppingToken));

    /// <summary>
    /// The others go on when one loop fails, so that what is being copied or delivered is not broken off; the heartbeats tell
    /// whoever watches the process that it must be started anew.
    /// </summary>
    private async Task KeepAsync(string loop, Func<CancellationToken, Task> run, CancellationToken stopping)
    {
        try
        {
            await Task.Run(() => run(stopping), CancellationToken.None);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            log.LoopFailed(loop, e);
            throw;
        }
        finally
        {
            if (!stopping.IsCancellationRequested)
                beats.Ended(loop);
        }
    }

    private async Task PruneDailyAsync(CancellationToken ct)
    {
        using var daily = new PeriodicTimer(TimeSpan.FromDays(1), time);
        try
        {
            while (await daily.WaitForNextTickAsync(ct))
                staging.Prune();
        }
        catch (OperationCanceledException)
        {
            // The dock stops.
        }
    }
}
