using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;

namespace EvidenceIngest.Server.Cases;

/// <summary>Which cases somebody asks for. Whose they are is part of the query.</summary>
/// <param name="Reach">Of whoever asks.</param>
/// <param name="State">Null: any.</param>
/// <param name="Unit">This unit's own, without those below; null: any.</param>
/// <param name="Footage">What was found of its recordings; null: anything.</param>
internal sealed record CaseFilter(Reach Reach, CaseState? State, string? Unit, FootageState? Footage)
{
    /// <exception cref="RequestRefusedException">A word means nothing.</exception>
    public static CaseFilter Of(Reach reach, string? state, string? unit, string? footage)
    {
        Texts.Allow(unit, "unit", 40);
        return new CaseFilter(
            reach,
            state switch
            {
                null or "" => null,
                "open" => CaseState.Open,
                "closed" => CaseState.Closed,
                _ => throw RequestRefusedException.Invalid("state", "must be open or closed"),
            },
            string.IsNullOrEmpty(unit) ? null : unit,
            footage switch
            {
                null or "" => null,
                "missing" => FootageState.Missing,
                "gaps" => FootageState.Gaps,
                _ => throw RequestRefusedException.Invalid("footage", "must be missing or gaps"),
            });
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
        return cases;
    }
}
