using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.People;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Reminders;

/// <summary>
/// Who answers for a unit now: whoever holds the role in it, or else in the nearest unit above. Read when somebody asks, so that reminders follow people who
/// come, go and move.
/// </summary>
internal sealed class Responsibility
{
    private readonly Dictionary<string, string?> _parents;
    private readonly HashSet<(Role Role, string Unit)> _held;
    private readonly ILookup<string, string> _officers;

    private Responsibility(Dictionary<string, string?> parents, HashSet<(Role, string)> held, ILookup<string, string> officers) =>
        (_parents, _held, _officers) = (parents, held, officers);

    public static async Task<Responsibility> ReadAsync(CatalogueDb db, CancellationToken ct)
    {
        var parents = await db.Units.ToDictionaryAsync(u => u.Id, u => u.ParentId, ct);
        var held = await db.RoleGrants.InForce().Where(g => db.Accounts.Any(a => a.Id == g.AccountId && a.DisabledAt == null))
            .Select(g => new { g.Role, g.UnitId }).Distinct().ToListAsync(ct);
        var officers = await db.Accounts.Where(a => a.DisabledAt == null && a.OfficerNumber != null).Select(a => new { Number = a.OfficerNumber!, a.UnitId }).ToListAsync(ct);
        return new Responsibility(parents, [.. held.Select(h => (h.Role, h.UnitId))], officers.ToLookup(o => o.Number, o => o.UnitId));
    }

    /// <summary>The units that whoever holds the role in these units answers for: their own, and those below where nobody nearer holds it.</summary>
    public List<string> AnsweredFrom(Role role, IReadOnlyCollection<string> units) =>
        [.. _parents.Keys.Where(unit => Holder(role, unit) is { } holder && units.Contains(holder))];

    /// <summary>Whether anybody can read a reminder now.</summary>
    public bool IsHeld(Role role, string unit, bool isSecret, IEnumerable<string> officers) =>
        role == Role.Officer ? officers.Any(number => _officers[number].Any(own => !isSecret || own == unit))
        : isSecret ? role.SeesSecrets() && _held.Contains((role, unit))
        : Holder(role, unit) is not null;

    private string? Holder(Role role, string unit)
    {
        for (var above = unit; above is not null; above = _parents.GetValueOrDefault(above))
        {
            if (_held.Contains((role, above)))
                return above;
        }

        return null;
    }
}
