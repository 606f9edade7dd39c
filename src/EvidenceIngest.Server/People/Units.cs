using System.Text.RegularExpressions;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.People;

/// <summary>The tree of units. Units are renamed and moved, never removed: what belongs to them stays.</summary>
internal sealed partial class Units(EvidenceCatalogue catalogue, TimeProvider time)
{
    private const int MostLevels = 8;

    public async Task<IReadOnlyList<UnitView>> ListAsync(CancellationToken ct) =>
        [.. (await catalogue.ReadAsync(db => db.Units.OrderBy(u => u.Path).ToListAsync(ct), ct)).Select(View)];

    public Task<UnitView> SetAsync(string id, UnitRequest request, Caller by, CancellationToken ct, Precondition? precondition = null)
    {
        if (!Code().IsMatch(id))
            throw RequestRefusedException.Invalid("unit", "应为 1 至 40 个字母、数字、点、连字符或下划线 / must be 1 to 40 letters, digits, dots, hyphens and underscores");
        Texts.Demand(request.Name, "name", 100);
        Texts.Allow(request.Parent, "parent", 40);
        if (id == Unit.Root != (request.Parent is null))
            throw RequestRefusedException.Invalid("parent", "未指明上级单位，只有顶级单位没有上级 / is missing; only root has none");
        return catalogue.WriteAsync(db => SetAsync(db, id, request, precondition ?? Precondition.None, by, ct), ct);
    }

    /// <exception cref="RequestRefusedException">There is none, or it is out of the caller's reach.</exception>
    public static async Task DemandAsync(CatalogueDb db, string? id, string field, Reach reach, CancellationToken ct)
    {
        Texts.Demand(id, field, 40);
        if (!reach.Covers(id) || !await db.Units.AnyAsync(u => u.Id == id, ct))
            throw RequestRefusedException.Invalid(field, $"没有单位 {id}，或者不在您的职责范围内 / there is no unit {id} that you may deal with");
    }

    private static UnitView View(Unit u) => new(u.Id, u.Name, u.Kind, u.ParentId, u.Path);

    private async Task<UnitView> SetAsync(CatalogueDb db, string id, UnitRequest request, Precondition precondition, Caller by, CancellationToken ct)
    {
        // The tree changes seldom, and two moves at a time could make a ring of it.
        await db.Database.ExecuteSqlAsync($"lock table units in share row exclusive mode", ct);
        var now = time.GetUtcNow();
        var unit = await db.Units.SingleOrDefaultAsync(u => u.Id == id, ct);
        if (unit is not null && !by.Reach.Covers(id))
            throw RequestRefusedException.NotFound($"没有单位 {id} / there is no unit {id}");
        precondition.Demand(unit is null ? null : View(unit));
        var parentPath = "/";
        if (request.Parent is { } parent)
        {
            await DemandAsync(db, parent, "parent", by.Reach, ct);
            parentPath = await db.Units.Where(u => u.Id == parent).Select(u => u.Path).SingleAsync(ct);
        }

        var path = $"{parentPath}{id}/";
        if (path.Count(c => c == '/') > MostLevels + 1)
            throw RequestRefusedException.Invalid("parent", $"单位最多 {MostLevels} 级 / the tree has at most {MostLevels} levels");
        var before = unit is null ? "new" : Describe(unit);
        if (unit is null)
        {
            unit = new Unit { Id = id, Name = request.Name, Kind = request.Kind, ParentId = request.Parent, Path = path, ChangedAt = now, ChangedBy = by.Name };
            db.Add(unit);
        }
        else
        {
            if (parentPath.StartsWith(unit.Path, StringComparison.Ordinal))
                throw RequestRefusedException.Invalid("parent", $"{request.Parent} 是 {id} 的下级，不能作为其上级 / {request.Parent} lies below {id}");
            await MoveAsync(db, unit.Path, path, ct);
            (unit.Name, unit.Kind, unit.ParentId, unit.Path) = (request.Name, request.Kind, request.Parent, path);
        }

        if (Describe(unit) == before)
            return View(unit);
        (unit.ChangedAt, unit.ChangedBy) = (now, by.Name);
        await db.SaveChangesAsync(ct);
        await db.AppendToServiceAsync(new NewEvent(now, Actors.Operator(by.Name), CustodyEventKind.UnitChanged, $"unit {id}: {Describe(unit)}; before: {before}"), ct);
        return View(unit);
    }

    private static Task<int> MoveAsync(CatalogueDb db, string from, string to, CancellationToken ct) => from == to
        ? Task.FromResult(0)
        : db.Database.ExecuteSqlAsync($"update units set path = {to} || substr(path, {from.Length + 1}) where starts_with(path, {from}) and path <> {from}", ct);

    private static string Describe(Unit u) => $"{u.Name}, {u.Kind}, in {u.Path}";

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
    private static partial Regex Code();
}
