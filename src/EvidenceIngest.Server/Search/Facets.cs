using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Items;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Search;

/// <summary>分类统计: counts what was found by what it can be narrowed by, the newest first and not without end.</summary>
internal static class Facets
{
    // More values than that help nobody to choose.
    private const int MostValues = 20;

    public static async Task<SearchFacets> CountAsync(CatalogueDb db, ItemFilter filter, CancellationToken ct)
    {
        var rows = await filter.Of(db, db.Items).OrderByDescending(i => i.MadeAt).ThenByDescending(i => i.Id).Take(Searching.MostCounted + 1)
            .Select(i => new { i.State, i.Kind, i.UnitId, i.ProducerNumber, i.RecorderId, i.Findings, i.Incomplete }).ToListAsync(ct);
        var counted = rows.Take(Searching.MostCounted).ToList();
        return new SearchFacets(
            counted.Count, rows.Count > counted.Count, Values(counted.Select(i => ItemRegister.Word(i.State))), Values(counted.Select(i => ItemRegister.Word(i.Kind))),
            Values(counted.Select(i => i.UnitId)), Values(counted.Select(i => i.ProducerNumber).OfType<string>()), Values(counted.Select(i => i.RecorderId)),
            Values(counted.SelectMany(i => i.Findings.Select(f => f.Code).Distinct()).Select(code => code.ToString())), counted.Count(i => i.Incomplete));
    }

    private static List<FacetValue> Values(IEnumerable<string> values) =>
        [.. values.CountBy(v => v).OrderByDescending(v => v.Value).ThenBy(v => v.Key, StringComparer.Ordinal).Take(MostValues).Select(v => new FacetValue(v.Key, v.Value))];
}
