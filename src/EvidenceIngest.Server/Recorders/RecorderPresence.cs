using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Docks;
using EvidenceIngest.Server.Items;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Recorders;

/// <summary>
/// Notices a recorder that stands in two bays at once, at one dock or at two: then two devices claim one identity, and nobody
/// knows whose footage is whose. What they bring goes into quarantine until a person has looked at both.
/// </summary>
internal sealed class RecorderPresence(ServerOptions options, TimeProvider time, ILogger<RecorderPresence> log)
{
    // Docks report every 30 s at least; an older report may speak of a recorder that was carried to another dock since.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(45);

    /// <summary>Compares what a dock has just reported with what all of them show. Part of the report's transaction.</summary>
    public async Task CompareAsync(CatalogueDb db, Dock reporting, CancellationToken ct)
    {
        var mine = Occupied(reporting).Select(b => b.Recorder!).ToHashSet(StringComparer.Ordinal);
        if (mine.Count == 0)
            return;
        var now = time.GetUtcNow();
        var others = await db.Docks.AsNoTracking().Where(d => d.Id != reporting.Id && d.LastSeenAt > now - Fresh).ToListAsync(ct);
        var doubles = others.Append(reporting)
            .SelectMany(d => Occupied(d).Where(b => mine.Contains(b.Recorder!)).Select(b => (Dock: d, Bay: b)))
            .GroupBy(b => b.Bay.Recorder!, StringComparer.Ordinal)
            .Where(g => g.Count() > 1);
        // In the order of ids, so that two reports never wait for each other's recorders.
        foreach (var place in doubles.OrderBy(g => g.Key, StringComparer.Ordinal))
            await RaiseAsync(db, place.Key, [.. place.OrderBy(b => b.Bay.Since)], now, ct);
    }

    /// <summary>Bays that hold a recorder. A folder that somebody named may well hold an export of a recorder that is docked.</summary>
    public static IEnumerable<BayReport> Occupied(Dock dock) =>
        dock.Bays.Where(b => b.Recorder is not null && b.State is not ("Empty" or "Failed") && !b.Bay.StartsWith("folder:", StringComparison.Ordinal));

    private async Task RaiseAsync(
        CatalogueDb db, string recorderId, IReadOnlyList<(Dock Dock, BayReport Bay)> places, DateTimeOffset now, CancellationToken ct)
    {
        var detail = $"two recorders call themselves {recorderId}: "
            + string.Join(" and ", places.Select(p => $"bay {p.Bay.Bay} of dock {p.Dock.Id} since {p.Bay.Since.UtcDateTime:O}"));
        await db.SeeRecorderAsync(recorderId, null, null, now, ct);
        var recorder = await db.Recorders.SingleAsync(r => r.Id == recorderId, ct);
        if (recorder.Alarm is not null)
            return;
        recorder.Alarm = new RecorderAlarm(now, detail);
        await db.SaveChangesAsync(ct);
        log.RecorderDoubled(detail);

        // What either of them brought since both may have been there.
        var since = places.Min(p => p.Bay.Since);
        var items = await db.Items.AsNoTracking().Where(i => i.RecorderId == recorderId && i.AnnouncedAt >= since)
            .OrderBy(i => i.Id).Select(i => i.Id).ToListAsync(ct);
        foreach (var id in items)
        {
            await db.LockItemAsync(id, ct);
            var item = await db.Items.SingleAsync(i => i.Id == id, ct);
            var wasAccepted = item.State == ItemState.Sealed;
            item.Note([new Finding(FindingCode.RecorderDisputed, detail)]);
            var actor = Actors.Server(options.Name);
            var events = new List<NewEvent> { new(now, actor, CustodyEventKind.RecorderStateChanged, detail) };
            if (wasAccepted && item.State == ItemState.Quarantined)
                events.Add(new NewEvent(now, actor, CustodyEventKind.Quarantined, item.Reason!));
            await db.AppendAsync(id, events, ct);
        }
    }
}
