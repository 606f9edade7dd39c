using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deadlines;
using EvidenceIngest.Domain.Events;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Events;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Retention;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Cases;

/// <summary>Cases as far as evidence needs them: what belongs to them, how long that is kept, and when their file is due.</summary>
internal sealed class CaseRegister(EvidenceCatalogue catalogue, ServerOptions options, TimeProvider time)
{
    private const int MostItems = 1000;

    /// <summary>Until the transaction ends nobody links items to the case or changes it.</summary>
    /// <exception cref="RequestRefusedException">There is no such case.</exception>
    public static async Task<Case> LockAsync(CatalogueDb db, string number, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync($"select 1 from cases where number = {number} for update", ct);
        return await db.Cases.SingleOrDefaultAsync(c => c.Number == number, ct) ?? throw RequestRefusedException.NotFound($"there is no case {number}");
    }

    public async Task<IReadOnlyList<CaseView>> ListAsync(Reach reach, CancellationToken ct)
    {
        const int Most = 500;
        var cases = await catalogue.ReadAsync(db => reach.Of(db.Cases).OrderByDescending(c => c.ChangedAt).Take(Most).ToListAsync(ct), ct);
        var numbers = cases.ConvertAll(c => c.Number);
        var links = (await catalogue.ReadAsync(db => db.CaseItems.Where(l => numbers.Contains(l.CaseNumber)).ToListAsync(ct), ct)).ToLookup(l => l.CaseNumber);
        return cases.ConvertAll(c => View(c, links[c.Number]));
    }

    public Task<CaseView> FindAsync(string number, CancellationToken ct) => catalogue.ReadAsync(
        async db => View(
            await db.Cases.SingleOrDefaultAsync(c => c.Number == number, ct) ?? throw RequestRefusedException.NotFound($"there is no case {number}"),
            await db.CaseItems.Where(l => l.CaseNumber == number).ToListAsync(ct)),
        ct);

    public async Task<CaseView> SetAsync(string number, CaseRequest request, Caller by, CancellationToken ct)
    {
        Texts.Demand(number, "case", 200);
        Texts.Allow(request.Matter, "matter", 50);
        Texts.Allow(request.Agency, "agency", 200);
        Texts.Allow(request.RetentionClass, "retentionClass", 50);
        if (request is { State: CaseState.Closed, ExecutedOn: null })
            throw RequestRefusedException.Invalid("executedOn", "a closed case needs the day on which the act had been carried out");
        await catalogue.WriteAsync(db => SetAsync(db, number, request, by, ct), ct);
        return await FindAsync(number, ct);
    }

    public async Task<CaseView> LinkAsync(string number, CaseLinkRequest request, string by, CancellationToken ct)
    {
        Texts.Demand(request.Why, "why", 500);
        var items = request.Items.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (items.Count is 0 or > MostItems)
            throw RequestRefusedException.Invalid("items", $"must name 1 to {MostItems} items");
        foreach (var item in items)
            Texts.Demand(item, "items", 100);
        await catalogue.WriteAsync(db => LinkAsync(db, number, items, request.Why, by, ct), ct);
        return await FindAsync(number, ct);
    }

    public async Task<CaseView> UnlinkAsync(string number, string item, string? why, string by, CancellationToken ct)
    {
        Texts.Demand(why, "why", 500);
        await catalogue.WriteAsync(db => UnlinkAsync(db, number, item, why, by, ct), ct);
        return await FindAsync(number, ct);
    }

    private static string Describe(Case known) =>
        $"{known.State}, unit {known.UnitId}, matter {known.MatterId ?? "unknown"}, class {known.RetentionClass ?? "usual"}, executed {known.ExecutedOn?.ToString("O", null) ?? "not yet"}";

    private CaseView View(Case c, IEnumerable<CaseItem> links) => new(
        c.Number, c.MatterId, c.Agency, c.UnitId, c.RetentionClass, c.State, c.ExecutedOn, c.ClosedAt,
        c.ExecutedOn is { } day ? CaseFileDeadline.For(day, options.AgencyZone) : null,
        [.. links.Select(l => l.ItemId).Order(StringComparer.Ordinal)],
        c.PackageLacks is { } lacks ? new CaseFileView(c.PackageId, lacks) : null);

    private async Task SetAsync(CatalogueDb db, string number, CaseRequest request, Caller by, CancellationToken ct)
    {
        if (request.Matter is { } matter && !await db.Matters.AnyAsync(m => m.Id == matter, ct))
            throw RequestRefusedException.Invalid("matter", $"there is no matter {matter}");
        await RetentionClasses.DemandAsync(db, request.RetentionClass, ct);
        await db.Database.ExecuteSqlAsync($"select 1 from cases where number = {number} for update", ct);
        var now = time.GetUtcNow();
        var known = await db.Cases.SingleOrDefaultAsync(c => c.Number == number, ct);
        if (known is not null && !by.Reach.Covers(known.UnitId))
            throw RequestRefusedException.NotFound($"there is no case {number}");
        var before = known is null ? "new" : Describe(known);
        if (known is null)
        {
            known = new Case { Number = number, ChangedAt = now, ChangedBy = by.Name };
            db.Add(known);
        }

        var unit = request.Unit ?? known.UnitId;
        if (unit != known.UnitId || before == "new")
            await Units.DemandAsync(db, unit, "unit", by.Reach, ct);

        if (request.State == CaseState.Closed && known.State == CaseState.Open)
            known.ClosedAt = now;
        if (request.State == CaseState.Open)
            (known.ClosedAt, known.PackageLacks, known.PackageId) = (null, null, null);
        (known.MatterId, known.Agency, known.UnitId, known.RetentionClass, known.State, known.ExecutedOn) =
            (request.Matter, request.Agency, unit, request.RetentionClass, request.State, request.ExecutedOn);
        if (Describe(known) == before)
            return;
        // A correction of what was told before tells nothing: who needs the case asks for it.
        if (before == "new" || !before.StartsWith(known.State.ToString(), StringComparison.Ordinal))
            db.Tell(number, Outbox.New(known.State == CaseState.Closed ? EventTypes.CaseClosed : EventTypes.CaseOpened, now, null, new { @case = number }));
        (known.ChangedAt, known.ChangedBy) = (now, by.Name);
        await db.SaveChangesAsync(ct);
        await db.Items.Where(i => db.CaseItems.Any(l => l.ItemId == i.Id && l.CaseNumber == number)).DueAsync(now, ct);
        await db.AppendToServiceAsync(
            new NewEvent(now, Actors.Operator(by.Name), CustodyEventKind.CaseChanged, $"case {number}: {Describe(known)}; before: {before}"), ct);
    }

    private async Task LinkAsync(CatalogueDb db, string number, List<string> items, string why, string by, CancellationToken ct)
    {
        var linked = await LockAsync(db, number, ct);
        var now = time.GetUtcNow();
        var hold = await db.Holds.Where(h => h.CaseNumber == number && h.ReleasedAt == null).Select(h => h.Id).FirstOrDefaultAsync(ct);
        foreach (var id in items)
        {
            await db.LockItemAsync(id, ct);
            var item = await db.Items.SingleOrDefaultAsync(i => i.Id == id, ct) ?? throw ItemRegister.NoItem(id);
            if (item.State == ItemState.Disposed)
                throw RequestRefusedException.Conflict($"item {id} was disposed of");
            if (await db.CaseItems.AnyAsync(l => l.CaseNumber == number && l.ItemId == id, ct))
                continue;
            db.Add(new CaseItem { CaseNumber = number, ItemId = id, LinkedAt = now, LinkedBy = by });
            if (item.IsSealed)
                item.RetentionDueAt = now;
            await db.AppendAsync(
                id, now, Actors.Operator(by), CustodyEventKind.CaseLinked, $"case {number} ({linked.State}){(hold is null ? "" : $", held by {hold}")}: {why}", ct);
        }
    }

    private async Task UnlinkAsync(CatalogueDb db, string number, string id, string why, string by, CancellationToken ct)
    {
        await LockAsync(db, number, ct);
        await db.LockItemAsync(id, ct);
        var now = time.GetUtcNow();
        var removed = await db.CaseItems.Where(l => l.CaseNumber == number && l.ItemId == id).ExecuteDeleteAsync(ct);
        if (removed == 0)
            return;
        await db.Items.Where(i => i.Id == id).DueAsync(now, ct);
        await db.AppendAsync(id, now, Actors.Operator(by), CustodyEventKind.CaseUnlinked, $"case {number}: {why}", ct);
    }
}
