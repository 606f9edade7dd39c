using System.Text.Json;
using System.Text.Json.Nodes;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Events;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Events.Webhooks;
using EvidenceIngest.Server.Items;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EvidenceIngest.Server.Events;

/// <summary>
/// Gives committed rows of the outbox their places, makes the CloudEvents that everybody gets, and notes for which webhooks they
/// are. A reader that went by the rows' ids would lose those whose transaction commits late; places are given to what is
/// committed, by one at a time, so none appears below a place that was read. Any number of servers may run it.
/// </summary>
internal sealed class OutboxSequencer(EvidenceCatalogue catalogue, EventsOptions options, TimeProvider time)
{
    public const int Batch = 1000;

    // Any number does, as long as nothing else in this database uses it.
    private const long SequencerLock = 0x45_56_4F_42;

    /// <summary>After these an item may have become complete, or may no longer be.</summary>
    private static readonly CustodyEventKind[] Completing =
    [
        CustodyEventKind.Sealed, CustodyEventKind.Accepted, CustodyEventKind.Quarantined, CustodyEventKind.Inspected,
        CustodyEventKind.MetadataChanged, CustodyEventKind.RecorderAssigned,
    ];

    private readonly Uri _source = new("/evidence/v1/" + Uri.EscapeDataString(options.AgencyCode), UriKind.Relative);

    /// <summary>Idempotent; each batch is a transaction.</summary>
    /// <returns>How many were placed; less than <see cref="Batch"/> when none is left.</returns>
    public Task<int> RunAsync(CancellationToken ct) => catalogue.WriteAsync(db => PlaceAsync(db, ct), ct);

    private async Task<int> PlaceAsync(CatalogueDb db, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock({SequencerLock})", ct);
        // Rows of one subject were written in its order, because its row or its chain was locked while each was.
        var pending = await db.Database.SqlQuery<Pending>(
            $"""
            select o.id as "Id", o.subject as "Subject", o.chain_sequence as "ChainSequence", o.told::text as "Told", e.bytes as "Bytes", e.hash as "Hash",
                   d.dock_id as "Dock", i.recorder_id as "Recorder"
            from (select id, subject, chain_sequence, told from outbox where position is null order by id limit {Batch}) o
            left join custody_events e on e.item_id = o.subject and e.sequence = o.chain_sequence
            left join items i on i.id = o.subject left join deliveries d on d.item_id = o.subject
            order by o.id
            """).ToListAsync(ct);
        if (pending.Count == 0)
            return 0;
        var last = await db.Outbox.MaxAsync(o => o.Position, ct) ?? 0;
        var placed = pending.Select((row, i) => Make(row, last + i + 1)).ToList();
        await StoreAsync(db, placed, time.GetUtcNow(), ct);
        await FanOutAsync(db, placed, ct);
        await TellCompleteAsync(db, [.. placed.Where(p => p.Kind is { } kind && Completing.Contains(kind)).Select(p => p.Event.Subject).Distinct()], ct);
        return pending.Count;
    }

    private Placed Make(Pending row, long position)
    {
        if (row.Told is not null)
            return MakeTold(row, row.Told, position);
        var id = $"{row.Subject}/{row.ChainSequence}";
        var data = new JsonObject { ["chain"] = row.Subject, ["sequence"] = row.ChainSequence, ["hash"] = row.Hash };
        CustodyEvent link;
        try
        {
            link = EvidenceJson.FromBytes<CustodyEvent>(row.Bytes);
        }
        catch (JsonException)
        {
            return new Placed(row.Id, null, new CloudEvent(id, _source, EventTypes.Unreadable, row.Subject, time.GetUtcNow(), position, row.Dock, row.Recorder, data));
        }

        // Neither its detail nor who did it: both hold names.
        data["kind"] = link.Kind.ToString();
        return new Placed(
            row.Id, link.Kind, new CloudEvent(id, _source, EventTypes.Name(row.Subject, link.Kind), row.Subject, link.At, position, row.Dock, row.Recorder, data));
    }

    // What nobody can read is told to be so: one damaged row must not hold up all that come after it.
    private Placed MakeTold(Pending row, string json, long position)
    {
        try
        {
            var told = JsonSerializer.Deserialize<ToldEvent>(json, EvidenceJson.Options) ?? throw new JsonException("null");
            return new Placed(row.Id, null, new CloudEvent(told.Id, _source, told.Name, row.Subject, told.At, position, told.Dock ?? row.Dock, row.Recorder, told.Data));
        }
        catch (JsonException)
        {
            return new Placed(
                row.Id, null, new CloudEvent($"outbox/{row.Id}", _source, EventTypes.Unreadable, row.Subject, time.GetUtcNow(), position, row.Dock, row.Recorder, []));
        }
    }

    private static Task<int> StoreAsync(CatalogueDb db, List<Placed> placed, DateTimeOffset now, CancellationToken ct) => db.Database.ExecuteSqlRawAsync(
        """
        update outbox o set position = p.position, name = p.name, dock_id = p.dock, body = p.body, placed_at = @now
        from unnest(@ids, @positions, @names, @docks, @bodies) as p (id, position, name, dock, body) where o.id = p.id
        """,
        [
            new NpgsqlParameter("ids", placed.Select(p => p.Row).ToArray()),
            new NpgsqlParameter("positions", placed.Select(p => p.Event.Position).ToArray()),
            new NpgsqlParameter("names", placed.Select(p => p.Event.Name).ToArray()),
            new NpgsqlParameter("docks", placed.Select(p => p.Event.Dock).ToArray()),
            new NpgsqlParameter("bodies", placed.Select(p => p.Event.ToBytes()).ToArray()),
            new NpgsqlParameter("now", now),
        ],
        ct);

    private async Task FanOutAsync(CatalogueDb db, List<Placed> placed, CancellationToken ct)
    {
        var webhooks = await db.Webhooks.AsNoTracking().Where(w => w.RemovedAt == null).ToListAsync(ct);
        var wanted = webhooks.SelectMany(w => placed.Where(p => EventFilter.Wants(w.Types, p.Event.Name)).Select(p => (Webhook: w.Id, p.Event.Position, p.Event.Subject))).ToList();
        if (wanted.Count == 0)
            return;
        await db.Database.ExecuteSqlRawAsync(
            $"""
            insert into webhook_deliveries (webhook_id, position, subject, state, attempts, next_at)
            select w.id, w.position, w.subject, '{nameof(WebhookDeliveryState.Waiting)}', 0, @now from unnest(@webhooks, @positions, @subjects) as w (id, position, subject)
            """,
            [
                new NpgsqlParameter("webhooks", wanted.Select(w => w.Webhook).ToArray()),
                new NpgsqlParameter("positions", wanted.Select(w => w.Position).ToArray()),
                new NpgsqlParameter("subjects", wanted.Select(w => w.Subject).ToArray()),
                new NpgsqlParameter("now", time.GetUtcNow()),
            ],
            ct);
    }

    /// <summary>Items that are complete now and were not before; the next batch places what this tells.</summary>
    private async Task TellCompleteAsync(CatalogueDb db, List<string> items, CancellationToken ct)
    {
        if (items.Count == 0)
            return;
        var now = time.GetUtcNow();
        var found = await db.Items.AsNoTracking().Where(i => items.Contains(i.Id)).ToListAsync(ct);
        foreach (var item in found)
        {
            if (item.State == ItemState.Sealed && Completeness.Missing(item.Kind, item.Metadata(), transcriptConfirmed: false).Count == 0)
                await db.TellOnceAsync(item.Id, Outbox.New(EventTypes.ItemComplete, now, null, new { item = item.Id }), ct);
            else
                await db.Told.Where(t => t.Subject == item.Id && t.What == EventTypes.ItemComplete).ExecuteDeleteAsync(ct);
        }
    }

    private sealed record Pending(long Id, string Subject, int? ChainSequence, string? Told, byte[]? Bytes, string? Hash, string? Dock, string? Recorder);

    private sealed record Placed(long Row, CustodyEventKind? Kind, CloudEvent Event);
}
