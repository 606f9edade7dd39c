using System.Text.Json;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Cases;

/// <summary>Which cases somebody asks for. Whose they are is part of the query.</summary>
/// <param name="Reach">Of whoever asks.</param>
/// <param name="State">Null: any.</param>
/// <param name="Unit">This unit's own, without those below; null: any.</param>
/// <param name="Footage">What was found of its recordings; null: anything.</param>
/// <param name="Words">Each stands in its number, agency or place, or is an officer's number.</param>
internal sealed record CaseFilter(Reach Reach, CaseState? State, string? Unit, FootageState? Footage, IReadOnlyList<string> Words)
{
    private const int LongestWords = 200;
    private const int MostWords = 8;
    private const string Escape = @"\";

    /// <exception cref="RequestRefusedException">A word means nothing.</exception>
    public static CaseFilter Of(Reach reach, string? state, string? unit, string? footage, string? words)
    {
        Texts.Allow(unit, "unit", 40);
        return new CaseFilter(
            reach,
            state switch
            {
                null or "" => null,
                "open" => CaseState.Open,
                "closed" => CaseState.Closed,
                _ => throw RequestRefusedException.Invalid("state", "应为办理中（open）或已结案（closed） / must be open or closed"),
            },
            string.IsNullOrEmpty(unit) ? null : unit,
            footage switch
            {
                null or "" => null,
                "missing" => FootageState.Missing,
                "gaps" => FootageState.Gaps,
                _ => throw RequestRefusedException.Invalid("footage", "应为缺失（missing）或间断（gaps） / must be missing or gaps"),
            },
            Parse(words));
    }

    public IQueryable<Case> Of(CatalogueDb db)
    {
        var cases = Reach.Of(db.Cases);
        if (State is { } state)
            cases = cases.Where(c => c.State == state);
        if (Unit is { } unit)
            cases = cases.Where(c => c.UnitId == unit);
        if (Footage is { } footage)
            cases = cases.Where(c => c.FootageState == footage);
        foreach (var typed in Words)
        {
            var (pattern, officer) = ("%" + Literally(typed) + "%", JsonSerializer.Serialize(new[] { typed }));
            cases = cases.Where(c =>
                EF.Functions.ILike(c.Number, pattern, Escape) || EF.Functions.ILike(c.Agency!, pattern, Escape) || EF.Functions.ILike(c.Place!, pattern, Escape)
                || db.Cases.FromSql($"select * from cases where officers @> {officer}::jsonb").Any(o => o.Number == c.Number));
        }

        return cases;
    }

    private static string Literally(string word) =>
        word.Replace(Escape, Escape + Escape, StringComparison.Ordinal).Replace("%", Escape + "%", StringComparison.Ordinal).Replace("_", Escape + "_", StringComparison.Ordinal);

    private static string[] Parse(string? words)
    {
        Texts.Allow(words, "q", LongestWords);
        var parted = (words ?? "").Split([' ', '\u3000'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal).ToArray();
        return parted.Length <= MostWords ? parted : throw RequestRefusedException.Invalid("q", $"最多 {MostWords} 个检索词 / has more than {MostWords} words");
    }
}
