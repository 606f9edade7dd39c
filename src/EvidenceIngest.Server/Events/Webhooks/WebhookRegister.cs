using System.Text.Json.Nodes;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Events;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Events.Webhooks;

/// <summary>Which addresses are told events, and what became of those that they didn't take.</summary>
internal sealed class WebhookRegister(EvidenceCatalogue catalogue, AddressGuard guard, WebhookSecrets secrets, TimeProvider time)
{
    private const int MostWebhooks = 50;
    private const int MostTypes = 50;
    private const int MostPerPage = 200;

    public async Task<RegisteredWebhook> RegisterAsync(WebhookRequest request, string by, CancellationToken ct)
    {
        Texts.Demand(request.Name, "name", 100);
        var url = guard.Demand(request.Url);
        var types = request.Types is { Count: > 0 } wanted ? wanted : [EventFilter.Everything];
        if (types.Count > MostTypes || types.FirstOrDefault(t => !EventFilter.IsPattern(t)) is not null)
            throw RequestRefusedException.Invalid("types", $"最多 {MostTypes} 项，如 item.sealed、item.* 或 * / must be up to {MostTypes} patterns like item.sealed, item.* or *");
        var now = time.GetUtcMilliseconds();
        var salt = WebhookSecrets.NewSalt();
        var secret = Secret(salt);
        var webhook = new Webhook
        {
            Id = Guid.CreateVersion7(now), Name = request.Name, Url = url.AbsoluteUri, Types = types, Salt = salt, SecretSha256 = WebhookSecrets.Sha256(secret),
            RegisteredAt = now, RegisteredBy = by,
        };
        await catalogue.WriteAsync(
            async db =>
            {
                if (await db.Webhooks.AnyAsync(w => w.Id == webhook.Id, ct))
                    return;
                if (await db.Webhooks.CountAsync(w => w.RemovedAt == null, ct) >= MostWebhooks)
                    throw RequestRefusedException.Conflict($"接收地址已满 {MostWebhooks} 个，请先删除不用的 / there are {MostWebhooks} webhooks already; remove one first");
                db.Add(webhook);
                await db.AppendToServiceAsync(
                    new NewEvent(now, Actors.Operator(by), CustodyEventKind.WebhookRegistered, $"{webhook.Id}: {webhook.Name}, {Shown(url)}, {string.Join(' ', types)}"), ct);
            },
            ct);
        return new RegisteredWebhook(View(webhook, 0, null, 0), secret);
    }

    public async Task<IReadOnlyList<WebhookView>> ListAsync(CancellationToken ct) => await catalogue.ReadAsync(
        async db =>
        {
            var all = await db.Webhooks.Where(w => w.RemovedAt == null).OrderBy(w => w.RegisteredAt).ToListAsync(ct);
            var queues = await db.WebhookDeliveries.GroupBy(d => new { d.WebhookId, d.State })
                .Select(g => new { g.Key.WebhookId, g.Key.State, Count = g.Count(), Oldest = g.Min(d => d.Position) }).ToListAsync(ct);
            var oldest = queues.Where(q => q.State == WebhookDeliveryState.Waiting).Select(q => (long?)q.Oldest).ToList();
            var times = await db.Outbox.Where(o => oldest.Contains(o.Position)).ToDictionaryAsync(o => o.Position!.Value, o => o.PlacedAt, ct);
            return all.Select(w =>
            {
                var waiting = queues.SingleOrDefault(q => q.WebhookId == w.Id && q.State == WebhookDeliveryState.Waiting);
                var dead = queues.SingleOrDefault(q => q.WebhookId == w.Id && q.State == WebhookDeliveryState.Dead);
                return View(w, waiting?.Count ?? 0, waiting is null ? null : times.GetValueOrDefault(waiting.Oldest), dead?.Count ?? 0);
            }).ToList();
        },
        ct);

    /// <summary>Idempotent. What waits for it is dropped.</summary>
    public Task RemoveAsync(string id, string by, CancellationToken ct) => catalogue.WriteAsync(
        async db =>
        {
            var webhook = await FindAsync(db, id, ct);
            if (webhook.RemovedAt is not null)
                return;
            (webhook.RemovedAt, webhook.RemovedBy) = (time.GetUtcNow(), by);
            await db.WebhookDeliveries.Where(d => d.WebhookId == webhook.Id).ExecuteDeleteAsync(ct);
            await db.AppendToServiceAsync(
                new NewEvent(webhook.RemovedAt.Value, Actors.Operator(by), CustodyEventKind.WebhookRemoved, $"{webhook.Id}: {webhook.Name}, {Shown(new Uri(webhook.Url))}"), ct);
        },
        ct);

    public Task<IReadOnlyList<DeadLetter>> DeadAsync(string id, long after, int limit, CancellationToken ct) => catalogue.ReadAsync<IReadOnlyList<DeadLetter>>(
        async db =>
        {
            var webhook = await FindAsync(db, id, ct);
            var page = await db.WebhookDeliveries.Where(d => d.WebhookId == webhook.Id && d.State == WebhookDeliveryState.Dead && d.Position > after)
                .OrderBy(d => d.Position).Take(Math.Clamp(limit, 1, MostPerPage))
                .Join(db.Outbox, d => (long?)d.Position, o => o.Position, (d, o) => new { d, o.Name, o.Body }).ToListAsync(ct);
            return [.. page.OrderBy(p => p.d.Position).Select(p => new DeadLetter(p.d.Position, p.Name!, p.d.Attempts, p.d.BegunAt, p.d.Failure, JsonNode.Parse(p.Body)))];
        },
        ct);

    /// <summary>Sends dead letters again, as if they had never been sent; idempotent.</summary>
    public Task<ReplayAnswer> ReplayAsync(string id, ReplayRequest request, CancellationToken ct) => catalogue.WriteAsync(
        async db =>
        {
            var webhook = await FindAsync(db, id, ct);
            if (webhook.RemovedAt is not null)
                throw RequestRefusedException.Conflict("该接收地址已删除 / the webhook was removed");
            var now = time.GetUtcNow();
            var replayed = await db.WebhookDeliveries
                .Where(d => d.WebhookId == webhook.Id && d.State == WebhookDeliveryState.Dead && (request.Position == null || d.Position == request.Position))
                .ExecuteUpdateAsync(
                    set => set.SetProperty(d => d.State, WebhookDeliveryState.Waiting).SetProperty(d => d.Attempts, 0).SetProperty(d => d.NextAt, now)
                        .SetProperty(d => d.BegunAt, (DateTimeOffset?)null), ct);
            return request.Position is { } position && replayed == 0
                && !await db.WebhookDeliveries.AnyAsync(d => d.WebhookId == webhook.Id && d.Position == position, ct)
                ? throw RequestRefusedException.NotFound($"没有待发给该接收地址的事件 {position} / no event {position} waits for this webhook")
                : new ReplayAnswer(replayed);
        },
        ct);

    private string Secret(byte[] salt)
    {
        try
        {
            return secrets.Of(salt);
        }
        catch (WebhookKeyException e)
        {
            throw RequestRefusedException.Conflict("本服务器的推送密钥文件不可用，请联系系统管理员 / " + e.Message);
        }
    }

    // Some receivers take a secret in the query, which the chain must not hold.
    private static string Shown(Uri url) => url.GetLeftPart(UriPartial.Path) + (url.Query.Length > 0 ? "?…" : "");

    private static async Task<Webhook> FindAsync(CatalogueDb db, string id, CancellationToken ct) =>
        (Guid.TryParse(id, out var number) ? await db.Webhooks.SingleOrDefaultAsync(w => w.Id == number, ct) : null) ?? throw RequestRefusedException.NotFound($"没有接收地址 {id} / there is no webhook {id}");

    private static WebhookView View(Webhook w, int waiting, DateTimeOffset? oldest, int dead) => new(
        w.Id, w.Name, w.Url, w.Types, w.RegisteredAt, w.RegisteredBy, waiting, oldest, dead, w.DeliveredAt, w.FailingSince, w.Failure);
}
