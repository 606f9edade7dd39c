using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Events.Mqtt;
using EvidenceIngest.Server.Events.Webhooks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Events;

/// <summary>
/// Does everything that brings events out. One server of several at a time, held apart by a lock: when its holder is gone,
/// another server goes on where the rows say.
/// </summary>
internal sealed class EventKeeper(
    SessionLocks locks, CatalogueStart start, OutboxSequencer sequencer, DeadlineWatch deadlines, DockTelling docks, OutboxCleaning cleaning,
    WebhookRelay webhooks, MqttPublisher publisher, PlacedSignal placed, EventsOptions options, TimeProvider time, ILogger<EventKeeper> log) : BackgroundService
{
    /// <summary>The part without which nothing is told to anybody.</summary>
    public const string Placing = "placing";

    private const long KeeperLock = 0x45_56_45_4B;

    private static readonly TimeSpan LockLimit = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _trouble = [];

    /// <summary>What does not go as it should on this server, by part.</summary>
    public IReadOnlyDictionary<string, string> Trouble
    {
        get
        {
            lock (_lock)
                return new Dictionary<string, string>(_trouble);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await start.WhenReadyAsync(stoppingToken);
        while (true)
        {
            try
            {
                await LeadAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.Stalled("keeping", e.GetBaseException().Message);
            }

            await Task.Delay(Pause, time, stoppingToken);
        }
    }

    /// <summary>One round of what needs no receiver: places what was written, and looks for what is to be told.</summary>
    internal async Task RunOnceAsync(CancellationToken ct)
    {
        await WatchOnceAsync(ct);
        while (await sequencer.RunAsync(ct) > 0)
        {
        }

        placed.Pulse();
    }

    /// <summary>Returns when another server leads, throws when the lock is lost.</summary>
    private async Task LeadAsync(CancellationToken ct)
    {
        await using var leading = await locks.TryTakeAsync(KeeperLock, ct);
        if (leading is null)
            return;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var parts = new List<Task>
        {
            Hold(stop.Token),
            RepeatAsync(Placing, PlaceAsync, options.RoundInterval, stop.Token),
            RepeatAsync("watching", WatchOnceAsync, options.WatchInterval, stop.Token),
            RepeatAsync("webhooks", webhooks.RunAsync, Pause, stop.Token),
        };
        if (options.Mqtt is { } mqtt)
            parts.Add(RepeatAsync("broker", t => publisher.RunAsync(mqtt, t), Pause, stop.Token));
        var first = await Task.WhenAny(parts);
        await stop.CancelAsync();
        await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;

        async Task Hold(CancellationToken stopping)
        {
            while (true)
            {
                await Task.Delay(Pause, time, stopping);
                await leading.DemandAsync(LockLimit, stopping);
            }
        }
    }

    private async Task PlaceAsync(CancellationToken ct)
    {
        int count;
        do
        {
            count = await sequencer.RunAsync(ct);
            if (count > 0)
                placed.Pulse();
        }
        while (count == OutboxSequencer.Batch);
    }

    private async Task WatchOnceAsync(CancellationToken ct)
    {
        await deadlines.RunAsync(ct);
        await docks.RunAsync(ct);
        await cleaning.RunAsync(ct);
    }

    /// <summary>Whatever goes wrong in one part is told and tried again, and holds up no other.</summary>
    private async Task RepeatAsync(string part, Func<CancellationToken, Task> work, TimeSpan interval, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await work(ct);
                lock (_lock)
                    _trouble.Remove(part);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                lock (_lock)
                    _trouble[part] = e.GetBaseException().Message;
                log.Stalled(part, e.GetBaseException().Message);
            }

            await Task.Delay(interval, time, ct);
        }
    }
}
