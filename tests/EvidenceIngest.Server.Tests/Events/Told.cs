using System.Globalization;
using System.Text.Json;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Events;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Events;

/// <summary>Events as receivers see them, and what makes many of them.</summary>
internal static class Told
{
    public static JsonElement Parse(byte[] body) => JsonDocument.Parse(body).RootElement;

    public static string Text(this JsonElement json, string member) => json.GetProperty(member).GetString()!;

    /// <summary>Everything that has a place, in order.</summary>
    public static Task<List<PlacedEvent>> PlacedAsync(TestServer server) =>
        server.Catalogue.ReadAsync(db => db.Outbox.Where(o => o.Position != null).OrderBy(o => o.Position).ReadAsync(default), default);

    public static async Task<List<string>> NamesAsync(TestServer server, string subject) =>
        [.. (await PlacedAsync(server)).Where(o => o.Subject == subject).Select(o => o.Name)];

    /// <summary>Items without media, to append to.</summary>
    public static async Task<string[]> ItemsAsync(PrivateCluster cluster, TestServer server, int count)
    {
        await cluster.ExecuteAsAdminAsync(
            $"""
            insert into recorders (id, first_seen_at, last_seen_at) values ('r', now(), now());
            insert into items (id, recorder_id, state, kind, attachment, key_marked, findings, announced_at)
            select 'item-' || n, 'r', 'Receiving', 'Video', 'Usb', false, '[]', now() from generate_series(1, {count}) n
            """, server.Database);
        return [.. Enumerable.Range(1, count).Select(n => string.Create(CultureInfo.InvariantCulture, $"item-{n}"))];
    }

    /// <summary>Appends to all items' chains at once, an event a transaction.</summary>
    public static Task AppendAsync(TestServer server, IEnumerable<string> items, int each, TimeSpan between) => Task.WhenAll(items.Chunk(5).Select(async some =>
    {
        for (var n = 0; n < each; n++)
        {
            foreach (var item in some)
                await server.Catalogue.WriteAsync(db => db.AppendAsync(item, DateTimeOffset.UtcNow, "operator:test", CustodyEventKind.Viewed, "transcript version 1", default), default);
            await Task.Delay(between);
        }
    }));

    /// <summary>That what came kept each item's order; what came twice counts where it came first.</summary>
    public static void AssertInOrder(IEnumerable<JsonElement> came, IReadOnlyCollection<string> items)
    {
        var mine = came.Where(e => items.Contains(e.Text("subject"))).DistinctBy(e => e.Text("id"));
        foreach (var item in mine.GroupBy(e => e.Text("subject"), e => e.GetProperty("data").GetProperty("sequence").GetInt32()))
            Assert.Equal(item.Order(), item);
    }

    /// <summary>That all came, in each item's order; what came twice counts where it came first.</summary>
    public static void AssertWhole(IEnumerable<JsonElement> came, IReadOnlyCollection<string> items, int each)
    {
        var first = came.Where(e => items.Contains(e.Text("subject"))).DistinctBy(e => e.Text("id")).ToLookup(e => e.Text("subject"), e => e.GetProperty("data").GetProperty("sequence").GetInt32());
        foreach (var item in items)
            Assert.Equal(Enumerable.Range(1, each), first[item]);
    }
}
