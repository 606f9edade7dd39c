using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Retention;
using EvidenceIngest.Web.Api;

namespace EvidenceIngest.Web.Words;

/// <summary>What ids of units, matters and retention classes are called; read once for a page.</summary>
/// <param name="Units">All of them, as they lie below each other.</param>
/// <param name="Matters">The list of matters.</param>
/// <param name="Classes">Shortest first.</param>
public sealed record Names(IReadOnlyList<UnitView> Units, IReadOnlyList<MatterView> Matters, IReadOnlyList<RetentionClassView> Classes)
{
    public static Names None { get; } = new([], [], []);

    internal static async Task<Names> ReadAsync(ServiceApi api, CancellationToken ct) => new(
        [.. (await api.GetAsync<List<UnitView>>("units", ct)).OrderBy(u => u.Path, StringComparer.Ordinal)],
        await api.GetAsync<List<MatterView>>("matters", ct),
        await api.GetAsync<List<RetentionClassView>>("retention/classes", ct));

    public string UnitName(string id) => Units.FirstOrDefault(u => u.Id == id)?.Name ?? id;

    public string? MatterName(string? id) => id is null ? null : Matters.FirstOrDefault(m => m.Id == id)?.Name ?? id;

    public string? ClassName(string? id, Say say) => id is null ? null : Classes.FirstOrDefault(c => c.Id == id) is { } known ? say[known.NameZh, known.Name] : id;
}
