using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Retention;

/// <summary>冻结: one person places a hold, another releases it.</summary>
internal sealed class Holds(EvidenceCatalogue catalogue, TimeProvider time)
{
    public const int MostItems = 1000;

    public async Task<HoldView> PlaceAsync(Guid id, HoldRequest request, Person by, CancellationToken ct)
    {
        Texts.Demand(request.Reason, "reason", 500);
        Texts.Allow(request.Case, "case", 200);
        var items = (request.Items ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (items.Count > MostItems || (items.Count == 0) == (request.Case is null))
            throw RequestRefusedException.Invalid("items, case", $"请指明 1 至 {MostItems} 件资料，或者一个案件 / name either 1 to {MostItems} items or a case");
        foreach (var item in items)
            Texts.Demand(item, "items", 100);
        var now = time.GetUtcNow();
        var hold = new Hold
        {
            Id = "hd-" + id.ToString("N"), Reason = request.Reason, CaseNumber = request.Case, PlacedAt = now, PlacedBy = by.Name, PlacedRole = by.Role.ToString(),
        };
        return await catalogue.WriteAsync(db => PlaceAsync(db, hold, items, ct), ct);
    }

    public Task<HoldView> ReleaseAsync(string id, HoldRelease release, Person by, CancellationToken ct)
    {
        Texts.Demand(id, "hold", 100);
        Texts.Demand(release.Why, "why", 500);
        return catalogue.WriteAsync(db => ReleaseAsync(db, id, release.Why, by, ct), ct);
    }

    /// <summary>Those that touch what is within reach, with the items that are.</summary>
    public async Task<IReadOnlyList<HoldView>> ListAsync(Reach reach, bool released, CancellationToken ct)
    {
        const int Most = 500;
        var holds = await catalogue.ReadAsync(
            db => Within(db, reach).Where(h => released || h.ReleasedAt == null).OrderByDescending(h => h.PlacedAt).Take(Most).ToListAsync(ct), ct);
        var views = new List<HoldView>();
        foreach (var hold in holds)
        {
            views.Add(View(hold, await catalogue.ReadAsync(
                db =>
                {
                    var seen = reach.Of(db.Items);
                    return Items(db, hold).Where(id => seen.Any(i => i.Id == id)).Order().ToListAsync(ct);
                },
                ct)));
        }

        return views;
    }

    private static IQueryable<Hold> Within(CatalogueDb db, Reach reach)
    {
        if (reach.IsEverything)
            return db.Holds;
        var (items, cases) = (reach.Of(db.Items), reach.Of(db.Cases));
        return db.Holds.Where(h => cases.Any(c => c.Number == h.CaseNumber) || db.HoldItems.Any(i => i.HoldId == h.Id && items.Any(seen => seen.Id == i.ItemId)));
    }

    private static HoldView View(Hold h, IReadOnlyList<string> items) => new(
        h.Id, h.Reason, h.CaseNumber, items, h.PlacedAt, h.PlacedBy, h.PlacedRole, h.ReleasedAt, h.ReleasedBy, h.ReleasedRole, h.ReleaseReason);

    private static IQueryable<string> Items(CatalogueDb db, Hold hold) => hold.CaseNumber is null
        ? db.HoldItems.Where(i => i.HoldId == hold.Id).Select(i => i.ItemId)
        : db.CaseItems.Where(l => l.CaseNumber == hold.CaseNumber).Select(l => l.ItemId);

    private static Task<List<string>> ItemsAsync(CatalogueDb db, Hold hold, CancellationToken ct) => Items(db, hold).Order().ToListAsync(ct);

    private static async Task<HoldView> PlaceAsync(CatalogueDb db, Hold hold, List<string> named, CancellationToken ct)
    {
        if (await db.Holds.SingleOrDefaultAsync(h => h.Id == hold.Id, ct) is { } placed)
            return View(placed, await ItemsAsync(db, placed, ct));
        if (hold.CaseNumber is { } number)
            await CaseRegister.LockAsync(db, number, ct);
        db.Add(hold);
        await db.SaveChangesAsync(ct);
        db.AddRange(named.Select(item => new HoldItem { HoldId = hold.Id, ItemId = item }));
        var items = hold.CaseNumber is null ? named : await ItemsAsync(db, hold, ct);
        foreach (var id in items)
        {
            await db.LockItemAsync(id, ct);
            var item = await db.Items.SingleOrDefaultAsync(i => i.Id == id, ct) ?? throw ItemRegister.NoItem(id);
            if (item.State == ItemState.Disposed)
                throw RequestRefusedException.Conflict($"资料 {id} 已销毁，没有可冻结的内容 / item {id} was disposed of: nothing is left to be held");
            if (item.IsSealed)
                item.RetentionDueAt = hold.PlacedAt;
            await db.AppendAsync(
                id, hold.PlacedAt, Actors.Operator(hold.PlacedBy), CustodyEventKind.HoldPlaced, $"{hold.Id} as {hold.PlacedRole}{OfCase(hold)}: {hold.Reason}", ct);
        }

        return View(hold, items);
    }

    private static string OfCase(Hold hold) => hold.CaseNumber is { } number ? $", with case {number}" : "";

    private async Task<HoldView> ReleaseAsync(CatalogueDb db, string id, string why, Person by, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync($"select 1 from holds where id = {id} for update", ct);
        var hold = await db.Holds.SingleOrDefaultAsync(h => h.Id == id, ct) ?? throw RequestRefusedException.NotFound($"没有冻结记录 {id}，或者不在您的职责范围内 / there is no hold {id}");
        var items = await ItemsAsync(db, hold, ct);
        if (hold.ReleasedBy == by.Name && hold.ReleaseReason == why)
            return View(hold, items);
        if (hold.ReleasedAt is not null)
            throw RequestRefusedException.Conflict($"冻结 {id} 已由 {hold.ReleasedBy} 解除 / hold {id} was released by {hold.ReleasedBy} already");
        if (hold.PlacedBy == by.Name)
            throw RequestRefusedException.Conflict($"冻结 {id} 由 {by.Name} 设置，须由另一人解除 / hold {id} was placed by {by.Name}: another person has to release it");
        var now = time.GetUtcNow();
        (hold.ReleasedAt, hold.ReleasedBy, hold.ReleasedRole, hold.ReleaseReason) = (now, by.Name, by.Role.ToString(), why);
        await db.SaveChangesAsync(ct);
        foreach (var item in items)
            await db.AppendAsync(item, now, Actors.Operator(by.Name), CustodyEventKind.HoldReleased, $"{id} as {by.Role}, placed by {hold.PlacedBy}{OfCase(hold)}: {why}", ct);
        await db.Items.Where(i => items.Contains(i.Id)).DueAsync(now, ct);
        return View(hold, items);
    }
}

/// <param name="Items">Which; null when a case is named.</param>
/// <param name="Case">All its items, also those that are linked later.</param>
/// <param name="Reason">Enters every item's chain.</param>
public sealed record HoldRequest(IReadOnlyList<string>? Items, string? Case, string Reason);

/// <param name="Why">Enters every item's chain.</param>
public sealed record HoldRelease(string Why);

/// <param name="Hold">Its id.</param>
/// <param name="Reason">Why it was placed.</param>
/// <param name="Case">Null for single items.</param>
/// <param name="Items">What it holds now.</param>
/// <param name="PlacedAt">UTC.</param>
/// <param name="PlacedBy">Who.</param>
/// <param name="PlacedRole">As what.</param>
/// <param name="ReleasedAt">UTC; null while in force.</param>
/// <param name="ReleasedBy">Somebody else.</param>
/// <param name="ReleasedRole">As what.</param>
/// <param name="ReleaseReason">Why it was released.</param>
public sealed record HoldView(
    string Hold, string Reason, string? Case, IReadOnlyList<string> Items, DateTimeOffset PlacedAt, string PlacedBy, string PlacedRole,
    DateTimeOffset? ReleasedAt, string? ReleasedBy, string? ReleasedRole, string? ReleaseReason);
