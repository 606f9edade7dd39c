using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Custody;

/// <summary>Something that is about to enter an item's chain.</summary>
internal sealed record NewEvent(DateTimeOffset At, string Actor, CustodyEventKind Kind, string Detail);

/// <summary>
/// Appends to items' chains and the service's own, inside the caller's transaction: a fact and the state that it explains are
/// committed together or not at all. The chain is locked first, so that two writers can't link to the same last event.
/// </summary>
internal static class CustodyLog
{
    /// <summary>The chain of what happens to no item: tokens, refused access, configuration, rules.</summary>
    public const string ServiceChain = "service";

    // Any number does, as long as nothing else in this database uses it.
    private const long ServiceLock = 0x45_56_53_43;

    /// <summary>Locks the item until the transaction ends; nobody else appends to its chain or changes its state meanwhile.</summary>
    public static Task LockItemAsync(this CatalogueDb db, string itemId, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"select 1 from items where id = {itemId} for update", ct);

    /// <summary>Locks items in the one order that everybody locks several in.</summary>
    public static Task LockItemsAsync(this CatalogueDb db, IReadOnlyCollection<string> items, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"select 1 from items where id = any({items.ToArray()}) order by id for update", ct);

    /// <summary>Appends to many items' chains at once, by a few queries for all of them.</summary>
    public static async Task AppendToItemsAsync(this CatalogueDb db, ILookup<string, NewEvent> events, CancellationToken ct)
    {
        if (db.Database.CurrentTransaction is null)
            throw new InvalidOperationException("a custody event needs the transaction of the state that it explains");
        var items = events.Select(e => e.Key).ToArray();
        await db.LockItemsAsync(items, ct);
        // What this transaction appended before is not visible to queries until it is saved.
        await db.SaveChangesAsync(ct);
        var last = await db.CustodyEvents
            .FromSql($"select distinct on (item_id) * from custody_events where item_id = any({items}) order by item_id, sequence desc").AsNoTracking().ToDictionaryAsync(e => e.ItemId, ct);
        foreach (var chain in events)
            Extend(db, chain.Key, last.GetValueOrDefault(chain.Key), chain);
        await db.SaveChangesAsync(ct);
    }

    /// <summary>Needs a transaction. The item must be in the database already.</summary>
    public static async Task AppendAsync(
        this CatalogueDb db, string itemId, IReadOnlyCollection<NewEvent> events, CancellationToken ct)
    {
        if (db.Database.CurrentTransaction is null)
            throw new InvalidOperationException("a custody event needs the transaction of the state that it explains");
        if (events.Count == 0)
            return;
        if (itemId == ServiceChain)
            await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock({ServiceLock})", ct);
        else
            await db.LockItemAsync(itemId, ct);
        // What this transaction appended before is not visible to queries until it is saved.
        await db.SaveChangesAsync(ct);
        var last = await db.CustodyEvents.AsNoTracking()
            .Where(e => e.ItemId == itemId).OrderByDescending(e => e.Sequence).FirstOrDefaultAsync(ct);
        Extend(db, itemId, last, events);
        await db.SaveChangesAsync(ct);
    }

    public static Task AppendAsync(
        this CatalogueDb db, string itemId, DateTimeOffset at, string actor, CustodyEventKind kind, string detail, CancellationToken ct) =>
        db.AppendAsync(itemId, [new NewEvent(at, actor, kind, detail)], ct);

    /// <summary>Appends to the service's chain. Repeated, because the answer to a commit was lost, it finds its own event.</summary>
    public static async Task AppendToServiceAsync(this CatalogueDb db, NewEvent happened, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock({ServiceLock})", ct);
        var recent = await db.CustodyEvents.AsNoTracking().Where(e => e.ItemId == ServiceChain)
            .OrderByDescending(e => e.Sequence).Take(20).Select(e => e.Bytes).ToListAsync(ct);
        if (!recent.Select(bytes => EvidenceJson.FromBytes<CustodyEvent>(bytes)).Any(e => new NewEvent(e.At, e.Actor, e.Kind, e.Detail) == happened))
            await db.AppendAsync(ServiceChain, [happened], ct);
    }

    /// <summary>Appends what a dock tells, leaving out what it has told before: docks repeat themselves until they are answered.</summary>
    public static async Task AppendDockEventsAsync(
        this CatalogueDb db, string itemId, string dockId, IReadOnlyCollection<DockEvent> told, CancellationToken ct)
    {
        if (told.Count == 0)
            return;
        await db.LockItemAsync(itemId, ct);
        var actor = Actors.Dock(dockId);
        var known = (await db.CustodyEvents.AsNoTracking().Where(e => e.ItemId == itemId).Select(e => e.Bytes).ToListAsync(ct))
            .Select(bytes => EvidenceJson.FromBytes<CustodyEvent>(bytes))
            .Where(e => e.Actor == actor)
            .Select(e => (e.At, e.Kind, e.Detail))
            .ToHashSet();
        var fresh = told
            .Where(e => known.Add((e.At.ToUniversalTime(), e.Kind, e.Detail)))
            .Select(e => new NewEvent(e.At, actor, e.Kind, e.Detail))
            .ToList();
        await db.AppendAsync(itemId, fresh, ct);
    }

    private static void Extend(CatalogueDb db, string itemId, StoredCustodyEvent? last, IEnumerable<NewEvent> events)
    {
        var lastEvent = last is null ? null : EvidenceJson.FromBytes<CustodyEvent>(last.Bytes);
        var lastHash = last?.Hash;
        foreach (var next in events)
        {
            var link = CustodyChain.Append(lastEvent, lastHash, itemId, next.At, next.Actor, next.Kind, next.Detail);
            db.Add(new StoredCustodyEvent { ItemId = itemId, Sequence = link.Event.Sequence, Bytes = link.Bytes, Hash = link.Hash });
            (lastEvent, lastHash) = (link.Event, link.Hash);
        }
    }

    /// <summary>A whole chain as stored, in order.</summary>
    public static Task<List<StoredCustodyEvent>> ReadChainAsync(this CatalogueDb db, string itemId, CancellationToken ct) =>
        db.CustodyEvents.AsNoTracking().Where(e => e.ItemId == itemId).OrderBy(e => e.Sequence).ToListAsync(ct);
}

/// <summary>How custody events name who acted.</summary>
internal static class Actors
{
    public static string Dock(string id) => "dock:" + id;

    public static string Server(string name) => "server:" + name;

    public static string Operator(string name) => "operator:" + name;
}
