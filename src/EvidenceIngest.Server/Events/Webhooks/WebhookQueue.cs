using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EvidenceIngest.Server.Events.Webhooks;

/// <summary>What waits for a webhook, and what became of what was sent.</summary>
internal sealed class WebhookQueue(EvidenceCatalogue catalogue, EventsOptions options, TimeProvider time, ILogger<WebhookQueue> log)
{
    /// <summary>What may be sent now, in order. Nothing is among them of a subject of which an event waits for its next attempt.</summary>
    public Task<List<DueEvent>> DueAsync(Guid webhook, int most, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        // A queue may have grown to thousands since the planner last counted it: linear in any plan, as a correlated question would not be.
        return catalogue.ReadAsync(
            db => db.Database.SqlQuery<DueEvent>(
                $"""
                select d.position as "Position", d.subject as "Subject", d.attempts as "Attempts", d.begun_at as "BegunAt", o.name as "Name", o.body as "Body"
                from (
                    select w.position, w.subject, w.attempts, w.begun_at from webhook_deliveries w
                    where w.webhook_id = {webhook} and w.state = 'Waiting' and w.next_at <= {now}
                      and w.subject not in (select e.subject from webhook_deliveries e where e.webhook_id = {webhook} and e.state = 'Waiting' and e.next_at > {now})
                    order by w.position limit {most}) d
                join outbox o on o.position = d.position order by d.position
                """).ToListAsync(ct),
            ct);
    }

    /// <summary>Idempotent. Until it is done the events wait, and are sent again if the server dies before.</summary>
    public async Task SaveAsync(Webhook webhook, IReadOnlyCollection<SentEvent> sent, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var taken = sent.Where(s => s.Outcome.Result == CallResult.Taken).Select(s => s.Event.Position).ToArray();
        var failed = sent.Where(s => s.Outcome.Result != CallResult.Taken).Select(s => (s.Event.Position, Kept: After(s, now))).ToList();
        await catalogue.WriteAsync(
            async db =>
            {
                if (taken.Length > 0)
                {
                    await db.Database.ExecuteSqlRawAsync(
                        "delete from webhook_deliveries where webhook_id = @webhook and position = any(@taken)",
                        [new NpgsqlParameter("webhook", webhook.Id), new NpgsqlParameter("taken", taken)], ct);
                }

                foreach (var (position, kept) in failed)
                {
                    await db.WebhookDeliveries.Where(d => d.WebhookId == webhook.Id && d.Position == position).ExecuteUpdateAsync(
                        set => set.SetProperty(d => d.State, kept.State).SetProperty(d => d.Attempts, kept.Attempts).SetProperty(d => d.NextAt, kept.NextAt)
                            .SetProperty(d => d.BegunAt, kept.BegunAt).SetProperty(d => d.Failure, kept.Failure), ct);
                }

                await NoteAsync(db, webhook.Id, taken.Length > 0 ? null : failed[^1].Kept.Failure, now, ct);
            },
            ct);
        foreach (var (position, kept) in failed.Where(f => f.Kept.State == WebhookDeliveryState.Dead))
            log.GivenUp(position, webhook.Id, kept.Attempts, kept.Failure);
    }

    public Task<bool> IsRemovedAsync(Guid webhook, CancellationToken ct) =>
        catalogue.ReadAsync(db => db.Webhooks.AnyAsync(w => w.Id == webhook && w.RemovedAt != null, ct), ct);

    /// <summary>Nothing can be sent at all, for this reason.</summary>
    public Task FailAsync(Webhook webhook, string failure, CancellationToken ct) =>
        catalogue.WriteAsync(db => NoteAsync(db, webhook.Id, failure, time.GetUtcNow(), ct), ct);

    private static Task<int> NoteAsync(CatalogueDb db, Guid webhook, string? failure, DateTimeOffset now, CancellationToken ct) => failure is null
        ? db.Database.ExecuteSqlAsync($"update webhooks set delivered_at = {now}, failing_since = null, failure = null where id = {webhook}", ct)
        : db.Database.ExecuteSqlAsync($"update webhooks set failing_since = coalesce(failing_since, {now}), failure = {failure} where id = {webhook}", ct);

    private Kept After(SentEvent sent, DateTimeOffset now)
    {
        var attempts = sent.Event.Attempts + 1;
        var begun = sent.Event.BegunAt ?? now;
        var isOver = now - begun >= options.Webhooks.GiveUpAfter || (sent.Outcome.Result == CallResult.Refused && attempts >= options.Webhooks.MostRefusals);
        var pause = Pauses.After(attempts, options.Webhooks.FirstPause, options.Webhooks.LongestPause);
        if (sent.Outcome.RetryAfter is { } asked && asked > pause)
            pause = asked;
        return new Kept(isOver ? WebhookDeliveryState.Dead : WebhookDeliveryState.Waiting, attempts, now + pause, begun, sent.Outcome.Said);
    }

    private sealed record Kept(WebhookDeliveryState State, int Attempts, DateTimeOffset NextAt, DateTimeOffset? BegunAt, string Failure);
}

/// <summary>An event that a webhook may be sent.</summary>
internal sealed record DueEvent(long Position, string Subject, int Attempts, DateTimeOffset? BegunAt, string Name, byte[] Body);

/// <summary>What came of sending it.</summary>
internal sealed record SentEvent(DueEvent Event, CallOutcome Outcome);
