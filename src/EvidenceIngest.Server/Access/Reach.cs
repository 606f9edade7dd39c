using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.People;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Access;

/// <summary>The units whose evidence somebody may deal with.</summary>
internal sealed class Reach
{
    public static readonly Reach Everything = new(null);

    private readonly IReadOnlyList<string>? _units;

    private Reach(IReadOnlyList<string>? units) => _units = units;

    public bool IsEverything => _units is null;

    /// <summary>Null: everything.</summary>
    public IReadOnlyList<string>? Units => _units;

    /// <summary>These units and all below them.</summary>
    public static async Task<Reach> BelowAsync(CatalogueDb db, IReadOnlyCollection<string> units, CancellationToken ct)
    {
        if (units.Contains(Unit.Root))
            return Everything;
        var below = await db.Units.Where(u => db.Units.Any(top => units.Contains(top.Id) && u.Path.StartsWith(top.Path))).Select(u => u.Id).ToListAsync(ct);
        return new Reach(below);
    }

    public bool Covers(string unit) => _units is null || _units.Contains(unit);

    /// <summary>Those rows whose unit is within it; part of the query, so that neither rows nor counts of others come out.</summary>
    public IQueryable<T> Of<T>(IQueryable<T> rows)
        where T : class, IOfUnit
    {
        if (_units is not { } units)
            return rows;
        return rows.Where(r => units.Contains(EF.Property<string>(r, nameof(IOfUnit.UnitId))));
    }
}

/// <summary>A row that belongs to a unit.</summary>
internal interface IOfUnit
{
    string? UnitId { get; }
}
