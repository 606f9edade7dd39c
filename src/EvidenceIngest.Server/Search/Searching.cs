using System.Data;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Search;

/// <summary>检索: finds items by what is said in them and written about them. Rights are part of every query that it sends.</summary>
internal sealed class Searching(EvidenceCatalogue catalogue, ItemRegister register, TimeProvider time)
{
    /// <summary>Nobody reads more; whoever needs the number of all narrows the search.</summary>
    public const int MostCounted = 10_000;

    private const int HitsShown = 5;

    /// <summary>Who looked for what enters the service's chain before anything is answered; further pages belong to the first.</summary>
    public Task RecordAsync(ItemFilter filter, Caller by, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return catalogue.WriteAsync(db => db.AppendToServiceAsync(new NewEvent(now, Actors.Operator(by.Name), CustodyEventKind.Searched, $"{filter.Describe()}, as {by.Role}"), ct), ct);
    }

    /// <param name="filter">Which items, with the terms.</param>
    /// <param name="byRelevance">The best first instead of the newest; see <see cref="Relevance"/>.</param>
    /// <param name="cursor">From the page before.</param>
    /// <param name="limit">At most <see cref="ItemRegister.MostPerPage"/>.</param>
    /// <param name="counted">Whether to count what was found, on the first page.</param>
    /// <param name="ct">Ends the query.</param>
    public Task<SearchPage> FindAsync(ItemFilter filter, bool byRelevance, string? cursor, int limit, bool counted, CancellationToken ct)
    {
        limit = Math.Clamp(limit, 1, ItemRegister.MostPerPage);
        if (byRelevance && filter.Terms.Count == 0)
            throw RequestRefusedException.Invalid("order", "按相关度排列须有检索词 / relevance needs words to look for");
        return catalogue.ReadAsync(
            async db =>
            {
                // One moment for all of it: an item that is taken out of somebody's reach meanwhile is shown whole or not at all.
                await using var moment = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
                var (ids, next) = byRelevance
                    ? await Relevance.PageAsync(db, filter, RelevanceCursor.Parse(cursor), limit, ct)
                    : await NewestAsync(db, filter, PageCursor.Parse(cursor), limit, ct);
                var found = counted && string.IsNullOrEmpty(cursor) ? await Facets.CountAsync(db, filter, ct) : null;
                return new SearchPage(await ShowAsync(db, filter, ids, ct), next, found);
            },
            ct);
    }

    private static async Task<(IReadOnlyList<string> Ids, string? Next)> NewestAsync(CatalogueDb db, ItemFilter filter, PageCursor? after, int limit, CancellationToken ct)
    {
        var items = filter.Of(db, db.Items);
        if (after is { } last)
            items = items.Where(i => i.MadeAt < last.At || (i.MadeAt == last.At && i.Id.CompareTo(last.Id) < 0));
        var rows = await items.OrderByDescending(i => i.MadeAt).ThenByDescending(i => i.Id).Select(i => new { i.Id, i.MadeAt }).Take(limit + 1).ToListAsync(ct);
        var page = rows.Take(limit).ToList();
        return ([.. page.Select(i => i.Id)], rows.Count > limit ? new PageCursor(page[^1].MadeAt, page[^1].Id).ToString() : null);
    }

    private async Task<IReadOnlyList<FoundItem>> ShowAsync(CatalogueDb db, ItemFilter filter, IReadOnlyList<string> ids, CancellationToken ct)
    {
        var summaries = await register.SummariesAsync(db, ids, ct);
        var wanted = filter.Terms.Where(t => !t.LeftOut).ToList();
        var texts = new Dictionary<(string Item, SearchField Field, int Place), SearchText>();
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var term in wanted)
        {
            var having = term.In(db, filter.Said).Where(t => ids.Contains(t.ItemId));
            foreach (var count in await having.GroupBy(t => t.ItemId).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(ct))
                counts[count.Key] = counts.GetValueOrDefault(count.Key) + count.Count;
            var first = db.Items.Where(i => ids.Contains(i.Id)).SelectMany(i => term.In(db, filter.Said).Where(t => t.ItemId == i.Id)
                .OrderBy(t => t.Field == SearchField.Transcript ? 0 : 1).ThenBy(t => t.Field).ThenBy(t => t.Place).Take(HitsShown));
            foreach (var text in await first.ToListAsync(ct))
                texts[(text.ItemId, text.Field, text.Place)] = text;
        }

        var hits = texts.Values.ToLookup(t => t.ItemId);
        return [.. ids.Where(summaries.ContainsKey).Select(id => new FoundItem(summaries[id], counts.GetValueOrDefault(id), [.. Hits(hits[id], wanted)]))];
    }

    private static IEnumerable<SearchHit> Hits(IEnumerable<SearchText> texts, IReadOnlyList<SearchTerm> terms) =>
        texts.OrderBy(t => t.Field != SearchField.Transcript).ThenBy(t => t.Field).ThenBy(t => t.Place).Take(HitsShown).Select(text =>
        {
            var (excerpt, marks) = TextMarks.Excerpt(text.Text, terms.Select(t => t.Words));
            return new SearchHit(text.Field, text.Place, text.StartsAt, text.EndsAt, excerpt, marks);
        });
}
