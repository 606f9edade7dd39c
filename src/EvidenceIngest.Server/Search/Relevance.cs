using System.Globalization;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Items;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Search;

/// <summary>
/// 按相关度: the best of the newest. Common words are in hundreds of thousands of recordings, and to weigh them all takes seconds that
/// help nobody: the newest thousand that have them are weighed.
/// </summary>
internal static class Relevance
{
    public const int Weighed = 1_000;

    // Who repeats a word all day long says no more than who says it five times.
    private const int MostPerField = 5;

    public static async Task<(IReadOnlyList<string> Ids, string? Next)> PageAsync(CatalogueDb db, ItemFilter filter, RelevanceCursor? after, int limit, CancellationToken ct)
    {
        var newest = await filter.Of(db, db.Items).OrderByDescending(i => i.MadeAt).ThenByDescending(i => i.Id).Take(Weighed).Select(i => new { i.Id, i.MadeAt }).ToListAsync(ct);
        var scores = await WeighAsync(db, filter, [.. newest.Select(i => i.Id)], ct);
        var rest = newest.Select(i => new RelevanceCursor(scores.GetValueOrDefault(i.Id), new PageCursor(i.MadeAt, i.Id)))
            .Where(i => after is null || i.CompareTo(after) > 0).Order().Take(limit + 1).ToList();
        var page = rest.Take(limit).ToList();
        return ([.. page.Select(i => i.Last.Id)], rest.Count > limit ? page[^1].ToString() : null);
    }

    private static async Task<Dictionary<string, int>> WeighAsync(CatalogueDb db, ItemFilter filter, IReadOnlyList<string> ids, CancellationToken ct)
    {
        var words = filter.Terms.Where(t => !t.LeftOut).Select(t => t.Words).ToArray();
        var counts = await db.Database.SqlQuery<FieldCount>(
            $"""
             select item_id as "ItemId", field as "Field", count(*)::integer as "Count" from search_texts
             where item_id = any({ids}) and normal like any (array(select '%' || search_normal(word) || '%' from unnest({words}) word)) and ({filter.Said} or field <> 'Transcript')
             group by item_id, field
             """).ToListAsync(ct);
        return counts.GroupBy(c => c.ItemId, StringComparer.Ordinal)
            .ToDictionary(c => c.Key, c => c.Sum(f => Weight(Enum.Parse<SearchField>(f.Field)) * Math.Min(f.Count, MostPerField)), StringComparer.Ordinal);
    }

    // Whoever types a number looks for that very thing; what somebody wrote about a recording says more of it than a word that fell in it.
    private static int Weight(SearchField field) => field switch
    {
        SearchField.Item or SearchField.Recorder or SearchField.Officer or SearchField.Case => 20,
        SearchField.ObjectOfProof or SearchField.Producer or SearchField.Place => 10,
        SearchField.Transcript => 2,
        _ => 4,
    };

    private sealed record FieldCount(string ItemId, string Field, int Count);
}

/// <summary>Where a page of the best first ended.</summary>
/// <param name="Score">Of the last line.</param>
/// <param name="Last">Which that was; the newer one comes first among equals.</param>
internal sealed record RelevanceCursor(int Score, PageCursor Last) : IComparable<RelevanceCursor>
{
    public static RelevanceCursor? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        return text.Split('.', 2) is [var score, var rest] && int.TryParse(score, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && PageCursor.Parse(rest) is { } last
            ? new RelevanceCursor(number, last)
            : throw RequestRefusedException.Invalid("cursor", "翻页标记无效，请从第一页重新查询 / is not one that this server made");
    }

    public int CompareTo(RelevanceCursor? other)
    {
        if (other is null)
            return 1;
        var (score, at) = (other.Score.CompareTo(Score), other.Last.At.CompareTo(Last.At));
        return score != 0 ? score : at != 0 ? at : string.CompareOrdinal(other.Last.Id, Last.Id);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Score}.{Last}");
}
