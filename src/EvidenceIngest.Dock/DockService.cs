using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Dock.Delivery;
using EvidenceIngest.Dock.Journal;
using Microsoft.Extensions.Hosting;

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
    TimeProvider time) : BackgroundService
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
        Task.Run(() => bays.RunAsync(stoppingToken), CancellationToken.None),
        Task.Run(() => deliveries.RunAsync(stoppingToken), CancellationToken.None),
        Task.Run(() => reports.RunAsync(stoppingToken), CancellationToken.None),
        PruneDailyAsync(stoppingToken));

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
