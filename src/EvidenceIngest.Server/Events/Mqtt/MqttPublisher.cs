using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Events;
using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Events.Mqtt;

/// <summary>
/// Publishes placed events to a broker with QoS 1, in their order. How far it has acknowledged is kept in the database; after a
/// break everything since is sent again, so an event may come twice and none is left out.
/// </summary>
internal sealed class MqttPublisher(
    EvidenceCatalogue catalogue, BayProgress progress, PlacedSignal placed, EventsOptions options, ServerOptions server, TimeProvider time, ILogger<MqttPublisher> log)
{
    public const string ReaderName = "mqtt";

    private const int Batch = 500;
    private const string Json = "application/json";

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TellInterval = TimeSpan.FromSeconds(10);

    private readonly EventTopics _topics = new(options.AgencyCode);

    /// <summary>Runs until it is cancelled; connects again and again, with longer and longer waits.</summary>
    public async Task RunAsync(MqttOptions mqtt, CancellationToken ct)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                await TellAsync(ReaderState.Connecting, null, null, ct);
                await using var connection = await MqttConnection.OpenAsync(mqtt, _topics.Publisher, Presence(false), ct);
                failures = 0;
                log.BrokerConnected(mqtt.Host, mqtt.Port);
                await GreetAsync(connection, ct);
                await PublishAsync(connection, ct);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                log.BrokerAway(mqtt.Host, mqtt.Port, e.Message);
                await TryTellAsync(e.Message, ct);
            }

            await Task.Delay(Pauses.After(Math.Max(failures, 1), Shorter(FirstPause, mqtt.LongestPause), mqtt.LongestPause), time, ct);
        }
    }

    private static byte[] Presence(bool isOnline) => EvidenceJson.ToBytes(new { online = isOnline });

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    /// <summary>That the service is there, and what docks showed last: the broker may have forgotten it.</summary>
    private async Task GreetAsync(MqttConnection connection, CancellationToken ct)
    {
        await connection.PublishAsync(_topics.Publisher, Presence(true), Json, retain: true, qos: 1, ct);
        var from = await PositionAsync(ct);
        var states = await catalogue.ReadAsync(
            db => db.Outbox.Where(o => o.Name == EventTypes.DockState && o.Position <= from
                && !db.Outbox.Any(n => n.Name == EventTypes.DockState && n.Subject == o.Subject && n.Position > o.Position && n.Position <= from)).ReadAsync(ct),
            ct);
        await SendAsync(connection, states, ct);
        await TellAsync(ReaderState.Working, null, null, ct);
    }

    private async Task PublishAsync(MqttConnection connection, CancellationToken ct)
    {
        var told = time.GetTimestamp();
        var position = await PositionAsync(ct);
        while (true)
        {
            var next = placed.Next;
            var from = position;
            var batch = await catalogue.ReadAsync(db => db.Outbox.Where(o => o.Position > from).OrderBy(o => o.Position).Take(Batch).ReadAsync(ct), ct);
            if (batch.Count > 0)
            {
                await SendAsync(connection, batch, ct);
                position = batch[^1].Position;
            }

            if (batch.Count > 0 || time.GetElapsedTime(told) > TellInterval)
            {
                await TellAsync(ReaderState.Working, null, position, ct);
                told = time.GetTimestamp();
            }

            foreach (var (topic, body) in await progress.DueAsync(_topics, ct))
                await connection.PublishAsync(topic, body, Json, retain: false, qos: 0, ct);
            if (connection.Closed.IsCompleted)
                throw new MqttUnavailableException(await connection.Closed);
            if (batch.Count < Batch)
                await PlacedSignal.WaitAsync(Task.WhenAny(next, connection.Closed), LookInterval, time, ct);
        }
    }

    /// <summary>All at once, in order; the client holds back what the broker isn't ready for. Ends when all are acknowledged.</summary>
    private Task SendAsync(MqttConnection connection, List<PlacedEvent> events, CancellationToken ct) => Task.WhenAll(events.Select(e => connection.PublishAsync(
        _topics.Of(e.Name, e.Subject, e.DockId), e.Body, CloudEvent.MediaType, retain: e.Name == EventTypes.DockState, qos: 1, ct)).ToList());

    private Task<long> PositionAsync(CancellationToken ct) =>
        catalogue.ReadAsync(db => db.OutboxReaders.Where(r => r.Name == ReaderName).Select(r => r.Position).SingleAsync(ct), ct);

    /// <summary>Keeps how it goes, and how far the broker has acknowledged. A broker that is new is told what happens from now on.</summary>
    private Task TellAsync(ReaderState state, string? trouble, long? position, CancellationToken ct) => catalogue.WriteAsync(
        async db =>
        {
            var now = time.GetUtcNow();
            var reader = await db.OutboxReaders.SingleOrDefaultAsync(r => r.Name == ReaderName, ct);
            if (reader is null)
            {
                var last = await db.Outbox.MaxAsync(o => o.Position, ct) ?? 0;
                reader = new OutboxReader { Name = ReaderName, Position = last, Server = server.Name, State = state, SeenAt = now };
                db.Add(reader);
            }

            // A failure stays to be seen while the next attempt is made.
            if (state != ReaderState.Connecting || reader.State != ReaderState.Failing)
                (reader.State, reader.Trouble) = (state, trouble);
            (reader.Server, reader.SeenAt) = (server.Name, now);
            if (state == ReaderState.Working)
                reader.WorkingAt = now;
            if (position > reader.Position)
                reader.Position = position.Value;
        },
        ct);

    private async Task TryTellAsync(string trouble, CancellationToken ct)
    {
        try
        {
            await TellAsync(ReaderState.Failing, trouble, null, ct);
        }
        catch (CatalogueUnavailableException)
        {
            // The status will say so once there is a database again; the log has it.
        }
    }
}
