using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Events.Mqtt;
using EvidenceIngest.Server.Events.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Events;

/// <summary>How it goes with telling others.</summary>
internal sealed class EventsOverview(EvidenceCatalogue catalogue, WebhookRegister webhooks, EventKeeper keeper, EventsOptions options, TimeProvider time)
{
    private static readonly TimeSpan AlarmAfter = TimeSpan.FromMinutes(10);

    public async Task<EventsStatus> StatusAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var unplaced = await catalogue.ReadAsync(db => db.Outbox.LongCountAsync(o => o.Position == null, ct), ct);
        var last = await catalogue.ReadAsync(db => db.Outbox.MaxAsync(o => o.Position, ct), ct) ?? 0;
        return new EventsStatus(
            unplaced, last, options.Mqtt is null ? null : await catalogue.ReadAsync(db => BrokerAsync(db, now, ct), ct),
            [.. (await webhooks.ListAsync(ct)).Select(w => new WebhookStatus(w.Id, w.Name, w.Waiting, w.OldestWaitingAt, w.Dead, w.FailingSince, w.Failure))],
            keeper.Trouble);
    }

    /// <summary>What an administrator has to look after; webhooks are their receivers' affair and stand in the status alone.</summary>
    public async Task<IReadOnlyList<string>> AlarmsAsync(CancellationToken ct)
    {
        if (keeper.Trouble.TryGetValue(EventKeeper.Placing, out var trouble))
            return ["no event is told to anybody: " + trouble];
        var before = time.GetUtcNow() - AlarmAfter;
        if (options.Mqtt is null || await catalogue.ReadAsync(db => BrokerAsync(db, time.GetUtcNow(), ct), ct) is not { } broker)
            return [];
        return broker.OldestWaitingAt < before && (broker.WorkingAt is null || broker.WorkingAt < before)
            ? [$"{broker.Waiting} events wait for the broker, the oldest since {broker.OldestWaitingAt:O}: {broker.Trouble ?? "no server speaks to it"}"]
            : [];
    }

    private static async Task<BrokerStatus> BrokerAsync(CatalogueDb db, DateTimeOffset now, CancellationToken ct)
    {
        var reader = await db.OutboxReaders.SingleOrDefaultAsync(r => r.Name == MqttPublisher.ReaderName, ct);
        if (reader is null)
            return new BrokerStatus("Unknown", null, null, 0, null, null);
        var waiting = db.Outbox.Where(o => o.Position > reader.Position);
        var isSeen = now - reader.SeenAt < AlarmAfter;
        return new BrokerStatus(
            isSeen ? reader.State.ToString() : "Unknown", reader.Trouble, reader.Server, await waiting.LongCountAsync(ct), await waiting.MinAsync(o => o.PlacedAt, ct), reader.WorkingAt);
    }
}

/// <param name="Unplaced">Events that are written and not given a place yet; more than some hundreds for long means that no server works on them.</param>
/// <param name="Placed">The last place given.</param>
/// <param name="Broker">Null when none is configured.</param>
/// <param name="Webhooks">Those in force.</param>
/// <param name="Trouble">What does not go as it should on the server that answers, by part.</param>
public sealed record EventsStatus(
    long Unplaced, long Placed, BrokerStatus? Broker, IReadOnlyList<WebhookStatus> Webhooks, IReadOnlyDictionary<string, string> Trouble);

/// <param name="State">Connecting, Working, Failing, or Unknown while no server has said anything for ten minutes.</param>
/// <param name="Trouble">Why it fails.</param>
/// <param name="Server">Which server speaks to it.</param>
/// <param name="Waiting">Events that it hasn't acknowledged.</param>
/// <param name="OldestWaitingAt">Since when the oldest of them waits.</param>
/// <param name="WorkingAt">When it last was as it should be.</param>
public sealed record BrokerStatus(string State, string? Trouble, string? Server, long Waiting, DateTimeOffset? OldestWaitingAt, DateTimeOffset? WorkingAt);

/// <param name="Id">Which.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Waiting">Events that it hasn't taken yet.</param>
/// <param name="OldestWaitingAt">Since when the oldest of them waits.</param>
/// <param name="Dead">Events that were given up.</param>
/// <param name="FailingSince">Since when it takes none.</param>
/// <param name="Failure">Why.</param>
public sealed record WebhookStatus(Guid Id, string Name, int Waiting, DateTimeOffset? OldestWaitingAt, int Dead, DateTimeOffset? FailingSince, string? Failure);
