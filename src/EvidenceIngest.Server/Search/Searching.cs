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
                    : await NewestFirst.PageAsync(db, filter, PageCursor.Parse(cursor), limit, NewestFirst.Reads, ct);
                var found = counted && string.IsNullOrEmpty(cursor) ? await Facets.CountAsync(db, filter, ct) : null;
                return new SearchPage(await ShowAsync(db, filter, ids, ct), next, found);
            },
            ct);
    }

    private async Task<IReadOnlyList<FoundItem>> ShowAsync(CatalogueDb db, ItemFilter filter, IReadOnlyList<string> ids, CancellationToken ct)
    {
        var summaries = await register.SummariesAsync(db, ids, ct);
        var words = filter.Terms.Where(t => !t.LeftOut).Select(t => t.Words).ToArray();
        var hits = (await Having(db, filter, ids, words).Where(h => h.Number <= HitsShown).ToListAsync(ct)).ToLookup(h => h.ItemId);
        return [.. ids.Where(summaries.ContainsKey).Select(id => new FoundItem(summaries[id], hits[id].FirstOrDefault()?.Matches ?? 0, [.. hits[id].OrderBy(h => h.Number).Select(h => Show(h, words))]))];
    }

    /// <summary>The texts of some items that have one of the words, numbered for each item: what is said first.</summary>
    private static IQueryable<FoundText> Having(CatalogueDb db, ItemFilter filter, IReadOnlyList<string> ids, string[] words) => db.Database.SqlQuery<FoundText>(
        $"""
         select item_id as "ItemId", field as "Field", place as "Place", starts_at as "StartsAt", ends_at as "EndsAt", text as "Text",
             count(*) over (partition by item_id)::integer as "Matches",
             (row_number() over (partition by item_id order by field <> 'Transcript', field, place))::integer as "Number"
         from search_texts
         where item_id = any({ids}) and normal like any (array(select '%' || search_normal(word) || '%' from unnest({words}) word)) and ({filter.Said} or field <> 'Transcript')
         """);

    private static SearchHit Show(FoundText text, string[] words)
    {
        var (excerpt, marks) = TextMarks.Excerpt(text.Text, words);
        return new SearchHit(Enum.Parse<SearchField>(text.Field), text.Place, text.StartsAt, text.EndsAt, excerpt, marks);
    }

    private sealed record FoundText(string ItemId, string Field, int Place, double? StartsAt, double? EndsAt, string Text, int Matches, int Number);
}
