using System.Text.Json;
using System.Text.Json.Nodes;
using EvidenceIngest.Domain;
using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Events;

/// <summary>
/// Puts into the outbox what no custody event tells, inside the caller's transaction. Custody events get there by a trigger.
/// </summary>
internal static class Outbox
{
    /// <summary>Rows as they are sent.</summary>
    public static Task<List<PlacedEvent>> ReadAsync(this IQueryable<OutboxEvent> placed, CancellationToken ct) =>
        placed.Select(o => new PlacedEvent(o.Position!.Value, o.Subject, o.Name!, o.DockId, o.Body!)).ToListAsync(ct);

    /// <param name="db">In a transaction that has locked the subject's row: that is what keeps the order within a subject.</param>
    /// <param name="subject">What it is about.</param>
    /// <param name="happened">What is told.</param>
    public static void Tell(this CatalogueDb db, string subject, ToldEvent happened)
    {
        if (db.Database.CurrentTransaction is null)
            throw new InvalidOperationException("an event needs the transaction of what it tells");
        db.Add(new OutboxEvent { Subject = subject, Told = happened });
    }

    /// <summary>Tells it unless it was told and still holds. Of two that try at once, one waits and finds it told.</summary>
    /// <returns>Whether it was told now.</returns>
    public static async Task<bool> TellOnceAsync(this CatalogueDb db, string subject, ToldEvent happened, CancellationToken ct)
    {
        var fresh = await db.Database.ExecuteSqlAsync(
            $"insert into told (subject, what, told_at) values ({subject}, {happened.Name}, {happened.At}) on conflict do nothing", ct);
        if (fresh > 0)
            db.Tell(subject, happened);
        return fresh > 0;
    }

    public static ToldEvent New(string name, DateTimeOffset at, string? dock, object data) =>
        new($"{name}/{Guid.CreateVersion7(at)}", name, at, dock, Data(data));

    public static JsonObject Data(object data) => JsonSerializer.SerializeToNode(data, EvidenceJson.Options)!.AsObject();
}
