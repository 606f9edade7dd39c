using EvidenceIngest.Domain.Events;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Events.Mqtt;
using EvidenceIngest.Server.Events.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Events;

/// <summary>
/// Removes events that everybody has, after their time: the custody log is the record, the outbox only the way out. The newest
/// row stays, since the next place follows from it, and so does the newest state of every dock.
/// </summary>
internal sealed class OutboxCleaning(EvidenceCatalogue catalogue, EventsOptions options, TimeProvider time)
{
    private const int Most = 5000;

    public async Task RunAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await catalogue.WriteAsync(
            db => db.WebhookDeliveries
                .Where(d => d.State == WebhookDeliveryState.Dead && db.Outbox.Any(o => o.Position == d.Position && o.PlacedAt < now - options.Webhooks.KeepDead)).ExecuteDeleteAsync(ct),
            ct);
        await catalogue.WriteAsync(
            db => db.WebhookDeliveries.Where(d => db.Webhooks.Any(w => w.Id == d.WebhookId && w.RemovedAt != null)).ExecuteDeleteAsync(ct), ct);
        while (await catalogue.WriteAsync(db => RemoveAsync(db, now - options.Keep, ct), ct) == Most)
        {
        }
    }

    private async Task<int> RemoveAsync(CatalogueDb db, DateTimeOffset before, CancellationToken ct)
    {
        var acknowledged = options.Mqtt is null
            ? long.MaxValue
            : await db.OutboxReaders.Where(r => r.Name == MqttPublisher.ReaderName).Select(r => (long?)r.Position).SingleOrDefaultAsync(ct) ?? 0;
        return await db.Database.ExecuteSqlAsync(
            $"""
            delete from outbox where id in (
                select o.id from outbox o
                where o.placed_at < {before} and o.position <= {acknowledged} and o.position < (select max(position) from outbox)
                  and not exists (select 1 from webhook_deliveries d where d.position = o.position)
                  and not (o.name = {EventTypes.DockState} and not exists (
                      select 1 from outbox newer where newer.name = {EventTypes.DockState} and newer.subject = o.subject and newer.position > o.position))
                order by o.position limit {Most})
            """,
            ct);
    }
}
