using EvidenceIngest.Server.People;

namespace EvidenceIngest.Web.Administration;

/// <summary>How units are shown where there is but one line for each.</summary>
internal static class UnitTree
{
    public static int Level(UnitView unit) => unit.Path.Count(c => c == '/') - 2;

    /// <summary>With one wide blank for each level: ordinary ones are swallowed by lists.</summary>
    public static string Indented(UnitView unit) => $"{new string('\u3000', Math.Max(0, Level(unit)))}{unit.Name} ({unit.Id})";

    /// <summary>Its id where it isn't known.</summary>
    public static string Name(IReadOnlyList<UnitView> units, string id) => units.FirstOrDefault(u => u.Id == id) is { } unit ? unit.Name : id;

    public static (string Chinese, string English) Kind(UnitKind kind) => kind switch
    {
        UnitKind.District => ("区县", "district"),
        UnitKind.Agency => ("执法机关", "agency"),
        UnitKind.Team => ("中队、科室", "team"),
        _ => (kind.ToString(), kind.ToString()),
    };
}
