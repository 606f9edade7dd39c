using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Items;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Search;

/// <summary>
/// 最新在前. The database knows how usual each pair of characters is, and takes the pairs of a longer word, or of several words, for
/// independent of each other: it believes the whole to be rare, and fetches and sorts all that have it, which takes a second for usual
/// words of a large register. So the texts of the newest recordings are read first. A usual word has filled the page by then; of a rare
/// one the index makes short work.
/// </summary>
internal static class NewestFirst
{
    /// <summary>How many recordings' texts are read at a time before the index is asked; each recording takes some 20 µs.</summary>
    public static readonly IReadOnlyList<int> Reads = [600, 3_000];

    public static async Task<(IReadOnlyList<string> Ids, string? Next)> PageAsync(
        CatalogueDb db, ItemFilter filter, PageCursor? after, int limit, IReadOnlyList<int> reads, CancellationToken ct)
    {
        var found = new List<PageCursor>();
        var (last, wanted) = (after, limit + 1);
        var rest = IsGuessed(filter) ? reads.Sum() : 0;
        foreach (var read in rest > 0 ? reads : [])
        {
            var newest = await NextAsync(db, filter with { Terms = [] }, last, read, ct);
            found.AddRange(await HavingAsync(db, filter, newest, ct));
            if (newest.Count < read || found.Count >= wanted)
                return Page(found, limit);
            last = newest[^1];
            rest -= read;
            // Where so few were found that what is left to read won't fill the page, the word is rare.
            if ((long)found.Count * rest < (long)(wanted - found.Count) * (reads.Sum() - rest))
                break;
        }

        found.AddRange(await NextAsync(db, filter, last, wanted - found.Count, ct));
        return Page(found, limit);
    }

    private static bool IsGuessed(ItemFilter filter) => filter.Terms.Count > 1 || filter.Terms.Any(t => t.IsLongerThanAPair);

    private static Task<List<PageCursor>> NextAsync(CatalogueDb db, ItemFilter filter, PageCursor? after, int count, CancellationToken ct) =>
        filter.Of(db, db.Items).NewestMade(after).Take(count).Select(i => new PageCursor(i.MadeAt, i.Id)).ToListAsync(ct);

    /// <summary>Those of some items that the words are in. A list of ids, and no condition on the items: the database would read the texts of all others, too.</summary>
    private static async Task<IEnumerable<PageCursor>> HavingAsync(CatalogueDb db, ItemFilter filter, IReadOnlyList<PageCursor> items, CancellationToken ct)
    {
        var ids = items.Select(i => i.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var term in filter.Terms)
        {
            var asked = ids.ToArray();
            var having = await term.In(db, filter.Said, byIndex: false).Where(t => asked.Contains(t.ItemId)).Select(t => t.ItemId).Distinct().ToListAsync(ct);
            if (term.LeftOut)
                ids.ExceptWith(having);
            else
                ids.IntersectWith(having);
        }

        return items.Where(i => ids.Contains(i.Id));
    }

    private static (IReadOnlyList<string> Ids, string? Next) Page(List<PageCursor> found, int limit) =>
        ([.. found.Take(limit).Select(i => i.Id)], found.Count > limit ? found[limit - 1].ToString() : null);
}
