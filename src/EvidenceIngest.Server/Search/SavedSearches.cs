using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Items;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Search;

/// <summary>已存检索: what a person looks for again and again. It grants nothing: whoever runs it finds what they may.</summary>
internal sealed class SavedSearch
{
    public required Guid AccountId { get; init; }

    public required string Name { get; init; }

    public required IReadOnlyDictionary<string, string> Query { get; set; }

    public required DateTimeOffset SavedAt { get; set; }
}

/// <param name="Query">Parameters of <c>GET /search</c> with their values, such as q, from, unit, order.</param>
public sealed record SavedSearchRequest(IReadOnlyDictionary<string, string> Query);

/// <param name="Name">As the person calls it.</param>
/// <param name="Query">Parameters of <c>GET /search</c> with their values.</param>
/// <param name="SavedAt">UTC.</param>
public sealed record SavedSearchView(string Name, IReadOnlyDictionary<string, string> Query, DateTimeOffset SavedAt);

internal sealed class SavedSearches(EvidenceCatalogue catalogue, ServerOptions options, TimeProvider time)
{
    private const int Most = 100;
    private const int LongestName = 100;

    public Task<List<SavedSearchView>> ListAsync(Guid account, CancellationToken ct) => catalogue.ReadAsync(
        async db => (await db.SavedSearches.Where(s => s.AccountId == account).OrderBy(s => s.Name).ToListAsync(ct)).ConvertAll(View), ct);

    /// <summary>Another one of the same name is replaced.</summary>
    /// <exception cref="RequestRefusedException">400 for what could not be run, 409 for one too many.</exception>
    public Task<SavedSearchView> SaveAsync(Guid account, string name, SavedSearchRequest request, CancellationToken ct)
    {
        Texts.Demand(name, "name", LongestName);
        Check(request.Query);
        return catalogue.WriteAsync(
            async db =>
            {
                // Two at once would both see room for one more.
                await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended('saved searches ' || {account}, 0))", ct);
                var saved = await db.SavedSearches.SingleOrDefaultAsync(s => s.AccountId == account && s.Name == name, ct);
                if (saved is null)
                {
                    if (await db.SavedSearches.CountAsync(s => s.AccountId == account, ct) >= Most)
                        throw RequestRefusedException.Conflict($"已存检索已满 {Most} 条，未保存，请先删除不用的 / there are {Most} saved searches already: delete one first");
                    db.Add(saved = new SavedSearch { AccountId = account, Name = name, Query = request.Query, SavedAt = time.GetUtcNow() });
                }

                (saved.Query, saved.SavedAt) = (request.Query, time.GetUtcNow());
                return View(saved);
            },
            ct);
    }

    /// <summary>Deleted already is deleted.</summary>
    public Task DeleteAsync(Guid account, string name, CancellationToken ct) =>
        catalogue.WriteAsync(db => db.SavedSearches.Where(s => s.AccountId == account && s.Name == name).ExecuteDeleteAsync(ct), ct);

    private static SavedSearchView View(SavedSearch saved) => new(saved.Name, saved.Query, saved.SavedAt);

    // By the very rules that running it goes by.
    private void Check(IReadOnlyDictionary<string, string> query)
    {
        if (query.Count == 0)
            throw RequestRefusedException.Invalid("query", "检索条件不能为空 / must not be empty");
        foreach (var (name, value) in query)
        {
            if (!SearchEndpoints.Parameters.Contains(name))
                throw RequestRefusedException.Invalid("query", $"只能保存列出的检索条件 / has only {string.Join(", ", SearchEndpoints.Parameters)}");
            // The parser lets null through in maps.
            Texts.Allow(value ?? throw RequestRefusedException.Invalid(name, "不能为空值 / must not be null"), name, SearchTerm.LongestQuery);
        }

        SearchEndpoints.IsByRelevance(query.GetValueOrDefault("order"));
        new ItemQuery
        {
            Words = query.GetValueOrDefault("q"), State = query.GetValueOrDefault("state"), Recorder = query.GetValueOrDefault("recorder"), Officer = query.GetValueOrDefault("officer"),
            Unit = query.GetValueOrDefault("unit"), Dock = query.GetValueOrDefault("dock"), From = query.GetValueOrDefault("from"), To = query.GetValueOrDefault("to"),
            Lack = query.GetValueOrDefault("lack"), Kind = query.GetValueOrDefault("kind"), Case = query.GetValueOrDefault("case"), Matter = query.GetValueOrDefault("matter"),
            Place = query.GetValueOrDefault("place"), Finding = query.GetValueOrDefault("finding"),
        }.Filter(Reach.AllUnits, options, time.GetUtcNow());
    }
}
