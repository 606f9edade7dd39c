using EvidenceIngest.Domain.Events;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Events;

/// <summary>Tells of items that are not sealed and whose storage deadline (article 28) comes near, or has passed; once each.</summary>
internal sealed class DeadlineWatch(EvidenceCatalogue catalogue, EventsOptions options, TimeProvider time)
{
    private const int Most = 200;

    public async Task RunAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        // The late ones first: whoever is late is no longer told to be near it.
        while (await TellAsync(EventTypes.DeadlineLate, now, now, ct) == Most)
        {
        }

        while (await TellAsync(EventTypes.DeadlineNear, now + options.DeadlineNear, now, ct) == Most)
        {
        }
    }

    private async Task<int> TellAsync(string name, DateTimeOffset before, DateTimeOffset now, CancellationToken ct)
    {
        var due = await catalogue.ReadAsync(
            db => db.Items
                .Where(i => i.SealedAt == null && i.DeadlineAt < before && (name == EventTypes.DeadlineLate || i.DeadlineAt >= now))
                .Where(i => !db.Told.Any(t => t.Subject == i.Id && t.What == name))
                .OrderBy(i => i.DeadlineAt).Take(Most).Select(i => i.Id).ToListAsync(ct),
            ct);
        foreach (var id in due)
            await catalogue.WriteAsync(db => TellAsync(db, id, name, before, now, ct), ct);
        return due.Count;
    }

    private static async Task TellAsync(CatalogueDb db, string id, string name, DateTimeOffset before, DateTimeOffset now, CancellationToken ct)
    {
        await db.LockItemAsync(id, ct);
        var item = await db.Items.AsNoTracking().SingleAsync(i => i.Id == id, ct);
        if (item.SealedAt is null && item.DeadlineAt < before)
            await db.TellOnceAsync(id, Outbox.New(name, now, null, new { item = id, deadlineAt = item.DeadlineAt }), ct);
    }
}
