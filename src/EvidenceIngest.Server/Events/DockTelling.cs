using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Events;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Docks;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Events;

/// <summary>Tells what docks show: when a bay's state changes, and when a dock falls silent or comes back.</summary>
internal sealed class DockTelling(EvidenceCatalogue catalogue, EventsOptions options, TimeProvider time)
{
    private const string Away = "dock.away";

    /// <summary>Waits for other reports of the same dock, so that the last one told is the last one kept.</summary>
    public static Task LockAsync(CatalogueDb db, string dockId, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"select 1 from docks where id = {dockId} for update", ct);

    /// <summary>Part of a report's transaction, after <see cref="LockAsync"/>. Progress alone tells nothing.</summary>
    /// <param name="db">The transaction.</param>
    /// <param name="dock">With what it reports now.</param>
    /// <param name="before">What it showed before.</param>
    /// <param name="now">UTC.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task ReportedAsync(CatalogueDb db, Dock dock, DockSeen before, DateTimeOffset now, CancellationToken ct)
    {
        var isBack = await db.Told.Where(t => t.Subject == dock.Id && t.What == Away).ExecuteDeleteAsync(ct) > 0 || before.At is null;
        if (isBack || !before.Bays.Select(Shown).SequenceEqual(dock.Bays.Select(Shown)))
            db.Tell(dock.Id, State(dock, isOnline: true, now));
    }

    /// <summary>Docks that have fallen silent.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var silent = await catalogue.ReadAsync(
            db => db.Docks.Where(d => d.LastSeenAt < now - options.DockSilence && !db.Told.Any(t => t.Subject == d.Id && t.What == Away)).Select(d => d.Id).ToListAsync(ct), ct);
        foreach (var id in silent)
            await catalogue.WriteAsync(db => FellSilentAsync(db, id, now, ct), ct);
    }

    private async Task FellSilentAsync(CatalogueDb db, string id, DateTimeOffset now, CancellationToken ct)
    {
        await LockAsync(db, id, ct);
        var dock = await db.Docks.AsNoTracking().SingleAsync(d => d.Id == id, ct);
        if (dock.LastSeenAt >= now - options.DockSilence || await db.Told.AnyAsync(t => t.Subject == id && t.What == Away, ct))
            return;
        db.Add(new ToldOnce { Subject = id, What = Away, ToldAt = now });
        db.Tell(id, State(dock, isOnline: false, now));
    }

    private static ToldEvent State(Dock dock, bool isOnline, DateTimeOffset now) => Outbox.New(
        EventTypes.DockState, now, dock.Id,
        new { dock = dock.Id, online = isOnline, lastSeenAt = dock.LastSeenAt, bays = dock.Bays.Select(b => new { bay = b.Bay, state = b.State, recorder = b.Recorder, since = b.Since }) });

    private static (string Bay, string State, string? Recorder, DateTimeOffset Since) Shown(BayReport bay) => (bay.Bay, bay.State, bay.Recorder, bay.Since);
}

/// <param name="At">When it reported last; null for never.</param>
/// <param name="Bays">What they showed.</param>
internal sealed record DockSeen(DateTimeOffset? At, IReadOnlyList<BayReport> Bays);
