using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.People;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Access;

/// <summary>
/// The units whose evidence somebody may deal with. State secrets (国家秘密) are reached by who holds a role in their own unit only,
/// never from above: whoever needs to know is where they were recorded, and a role high up in the tree is no clearance.
/// </summary>
internal sealed class Reach
{
    /// <summary>The service itself, for what it does by itself and for people's own.</summary>
    public static readonly Reach Everything = new(null, null);

    /// <summary>All units, without their state secrets: the machine's owner, and programs.</summary>
    public static readonly Reach AllUnits = new(null, []);

    private readonly IReadOnlyList<string>? _units;
    private readonly IReadOnlyList<string>? _cleared;

    private Reach(IReadOnlyList<string>? units, IReadOnlyList<string>? cleared) => (_units, _cleared) = (units, cleared);

    /// <summary>Nothing at all is out of reach.</summary>
    public bool IsEverything => _units is null && _cleared is null;

    public bool CoversAllUnits => _units is null;

    /// <summary>Null: all.</summary>
    public IReadOnlyList<string>? Units => _units;

    /// <summary>The units whose state secrets are within reach; null: all.</summary>
    public IReadOnlyList<string>? Cleared => _cleared;

    /// <summary>These units and all below them.</summary>
    /// <param name="db">Where units are.</param>
    /// <param name="units">In which the role is held.</param>
    /// <param name="cleared">Of these, where it lets see state secrets, which those above and below don't share.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task<Reach> BelowAsync(CatalogueDb db, IReadOnlyCollection<string> units, IReadOnlyList<string> cleared, CancellationToken ct)
    {
        if (units.Contains(Unit.Root))
            return new Reach(null, cleared);
        var below = await db.Units.Where(u => db.Units.Any(top => units.Contains(top.Id) && u.Path.StartsWith(top.Path))).Select(u => u.Id).ToListAsync(ct);
        return new Reach(below, cleared);
    }

    public bool Covers(string unit) => _units is null || _units.Contains(unit);

    public bool CoversSecretsOf(string unit) => Covers(unit) && (_cleared is null || _cleared.Contains(unit));

    /// <summary>Those rows whose unit is within it; part of the query, so that neither rows nor counts of others come out.</summary>
    public IQueryable<T> Of<T>(IQueryable<T> rows)
        where T : class, IOfUnit
    {
        if (typeof(T) == typeof(EvidenceItem))
            return (IQueryable<T>)Of((IQueryable<EvidenceItem>)rows);
        if (_units is not { } units)
            return rows;
        return rows.Where(r => units.Contains(EF.Property<string>(r, nameof(IOfUnit.UnitId))));
    }

    public IQueryable<EvidenceItem> Of(IQueryable<EvidenceItem> items)
    {
        if (_units is { } units)
            items = items.Where(i => units.Contains(i.UnitId));
        if (_cleared is { } cleared)
            items = items.Where(i => i.Secrecy != Secrecy.StateSecret || cleared.Contains(i.UnitId));
        return items;
    }
}

/// <summary>A row that belongs to a unit.</summary>
internal interface IOfUnit
{
    string? UnitId { get; }
}
