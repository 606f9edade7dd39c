using System.Globalization;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deadlines;
using EvidenceIngest.Domain.Events;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
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
    private const int MostPerPage = 200;
    private const int MostItems = 1000;
    private const int MostOfficers = 100;

    private static readonly TimeSpan LongestAct = TimeSpan.FromDays(31);

    /// <summary>Until the transaction ends nobody links items to the case or changes it.</summary>
    /// <exception cref="RequestRefusedException">There is no such case.</exception>
    public static async Task<Case> LockAsync(CatalogueDb db, string number, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync($"select 1 from cases where number = {number} for update", ct);
        return await db.Cases.SingleOrDefaultAsync(c => c.Number == number, ct) ?? throw RequestRefusedException.NotFound($"没有案件 {number}，或者不在您的职责范围内 / there is no case {number}");
    }

    /// <param name="filter">Which.</param>
    /// <param name="cursor">From the page before.</param>
    /// <param name="limit">At most <see cref="MostPerPage"/>.</param>
    /// <param name="ct">Ends it.</param>
    public Task<CasePage> ListAsync(CaseFilter filter, string? cursor, int limit, CancellationToken ct) => catalogue.ReadAsync(
        async db =>
        {
            limit = Math.Clamp(limit, 1, MostPerPage);
            var cases = filter.Of(db);
            if (PageCursor.Parse(cursor) is { } last)
                cases = cases.Where(c => c.ChangedAt < last.At || (c.ChangedAt == last.At && c.Number.CompareTo(last.Id) > 0));
            var rows = await cases.OrderByDescending(c => c.ChangedAt).ThenBy(c => c.Number).Take(limit + 1).ToListAsync(ct);
            var page = rows.Take(limit).ToList();
            var links = (await LinksAsync(db, filter.Reach, page.ConvertAll(c => c.Number), ct)).ToLookup(l => l.Link.CaseNumber);
            return new CasePage(page.ConvertAll(c => View(c, links[c.Number])), rows.Count > limit ? new PageCursor(page[^1].ChangedAt, page[^1].Number).ToString() : null);
        },
        ct);

    public Task<CaseView> FindAsync(string number, Reach reach, CancellationToken ct) => catalogue.ReadAsync(
        async db => View(
            await db.Cases.SingleOrDefaultAsync(c => c.Number == number, ct) ?? throw RequestRefusedException.NotFound($"没有案件 {number}，或者不在您的职责范围内 / there is no case {number}"),
            await LinksAsync(db, reach, [number], ct)),
        ct);

    public async Task<CaseView> SetAsync(string number, CaseRequest request, Caller by, CancellationToken ct, Precondition? precondition = null)
    {
        Texts.Demand(number, "case", 200);
        Texts.Allow(request.Matter, "matter", 50);
        Texts.Allow(request.Agency, "agency", 200);
        Texts.Allow(request.RetentionClass, "retentionClass", 50);
        DemandAct(request);
        if (request is { State: CaseState.Closed, ExecutedOn: null })
            throw RequestRefusedException.Invalid("executedOn", "结案须填写行政行为执行完毕之日 / a closed case needs the day on which the act had been carried out");
        // Its deadline is counted from it whenever the case is shown: one that can't be counted would hide the whole list.
        if (request.ExecutedOn is { } day && !Texts.IsPlausible(day))
            throw RequestRefusedException.Invalid("executedOn", "应在 1900 年至 2199 年之间 / must lie between 1900 and 2199");
        await catalogue.WriteAsync(db => SetAsync(db, number, request, precondition ?? Precondition.None, by, ct), ct);
        return await FindAsync(number, by.Reach, ct);
    }

    public async Task<CaseView> LinkAsync(string number, CaseLinkRequest request, Caller by, CancellationToken ct)
    {
        Texts.Demand(request.Why, "why", 500);
        var items = request.Items.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (items.Count is 0 or > MostItems)
            throw RequestRefusedException.Invalid("items", $"应为 1 至 {MostItems} 件资料 / must name 1 to {MostItems} items");
        foreach (var item in items)
            Texts.Demand(item, "items", 100);
        await catalogue.WriteAsync(db => LinkAsync(db, number, items, request.Why, Actors.Operator(by.Name), time.GetUtcNow(), ct), ct);
        return await FindAsync(number, by.Reach, ct);
    }

    public async Task<CaseView> UnlinkAsync(string number, string item, string? why, Caller by, CancellationToken ct)
    {
        Texts.Demand(why, "why", 500);
        await catalogue.WriteAsync(db => UnlinkAsync(db, number, item, why, by.Name, ct), ct);
        return await FindAsync(number, by.Reach, ct);
    }

    private static void DemandAct(CaseRequest request)
    {
        Texts.Allow(request.Place, "place", 300);
        if (request.Officers is { Count: > MostOfficers })
            throw RequestRefusedException.Invalid("officers", $"办案人员最多 {MostOfficers} 名 / must name at most {MostOfficers}");
        foreach (var officer in request.Officers ?? [])
            Texts.Demand(officer, "officers", 64);
        if (request.ActedFrom is null != request.ActedTo is null || request.ActedTo < request.ActedFrom || request.ActedTo - request.ActedFrom > LongestAct)
            throw RequestRefusedException.Invalid("actedTo", $"执法起止时间须同时填写，且不超过 {LongestAct.TotalDays:F0} 天 / must come with actedFrom and lie at most {LongestAct.TotalDays:F0} days after it");
        if (request.ActedFrom is { Year: < 2000 or > 2200 })
            throw RequestRefusedException.Invalid("actedFrom", "应在 2000 年至 2200 年之间 / must lie between 2000 and 2200");
        if (request.Position is { } at && !(Math.Abs(at.Latitude) <= 90 && Math.Abs(at.Longitude) <= 180 && at.RadiusMetres is >= 10 and <= 50_000))
            throw RequestRefusedException.Invalid("position", "须有纬度、经度和 10 至 50000 米的范围 / must have a latitude, a longitude, and a radius of 10 to 50000 metres");
    }

    private static string Describe(Case known) => string.Create(
        CultureInfo.InvariantCulture,
        $"{known.State}, unit {known.UnitId}, matter {known.MatterId ?? "unknown"}, class {known.RetentionClass ?? "usual"}, executed {known.ExecutedOn?.ToString("O", null) ?? "not yet"}, officers {(known.Officers.Count == 0 ? "unknown" : string.Join(' ', known.Officers))}, acted {(known.Act() is { } act ? $"{act.From.UtcDateTime:O} to {act.To.UtcDateTime:O}" : "unknown")}, place {known.Place ?? "unknown"}{(known.Position is { } at ? $" ({at.Latitude}, {at.Longitude}, {at.RadiusMetres} m)" : "")}");

    /// <summary>State secrets that are out of reach are told of by their ids alone, so that <see cref="View"/> can leave them out everywhere.</summary>
    private static async Task<List<CaseLink>> LinksAsync(CatalogueDb db, Reach reach, List<string> numbers, CancellationToken ct)
    {
        var hidden = await db.Items.Where(i => i.Secrecy == Secrecy.StateSecret && db.CaseItems.Any(l => l.ItemId == i.Id && numbers.Contains(l.CaseNumber)))
            .Select(i => new { i.Id, i.UnitId }).ToListAsync(ct);
        var secret = hidden.Where(i => !reach.CoversSecretsOf(i.UnitId)).Select(i => i.Id).ToHashSet(StringComparer.Ordinal);
        var links = await db.CaseItems.AsNoTracking().Where(l => numbers.Contains(l.CaseNumber)).ToListAsync(ct);
        return links.ConvertAll(l => new CaseLink(l, secret.Contains(l.ItemId)));
    }

    private CaseView View(Case c, IEnumerable<CaseLink> all)
    {
        var links = all.ToList();
        var hidden = links.Where(l => l.IsHidden).Select(l => l.Link.ItemId).ToList();
        return new CaseView(
            c.Number, c.MatterId, c.Agency, c.UnitId, c.RetentionClass, c.State, c.Officers, c.ActedFrom, c.ActedTo, c.Place, c.Position, c.ExecutedOn, c.ClosedAt,
            c.ExecutedOn is { } day ? CaseFileDeadline.For(day, options.AgencyZone) : null,
            [.. links.Where(l => !l.IsHidden).Select(l => l.Link.ItemId).Order(StringComparer.Ordinal)],
            // Each line begins with the id that it is about.
            c.PackageLacks is { } lacks ? new CaseFileView(c.PackageId, [.. lacks.Where(line => !hidden.Exists(id => line.StartsWith(id, StringComparison.Ordinal)))]) : null,
            c.Footage);
    }

    private sealed record CaseLink(CaseItem Link, bool IsHidden);

    private async Task SetAsync(CatalogueDb db, string number, CaseRequest request, Precondition precondition, Caller by, CancellationToken ct)
    {
        if (request.Matter is { } matter && !await db.Matters.AnyAsync(m => m.Id == matter, ct))
            throw RequestRefusedException.Invalid("matter", $"没有执法事项 {matter} / there is no matter {matter}");
        await RetentionClasses.DemandAsync(db, request.RetentionClass, ct);
        await db.Database.ExecuteSqlAsync($"select 1 from cases where number = {number} for update", ct);
        var now = time.GetUtcNow();
        var known = await db.Cases.SingleOrDefaultAsync(c => c.Number == number, ct);
        if (known is not null && !by.Reach.Covers(known.UnitId))
            throw RequestRefusedException.NotFound($"没有案件 {number}，或者不在您的职责范围内 / there is no case {number}");
        if (precondition.IsGiven)
            precondition.Demand(known is null ? null : View(known, await LinksAsync(db, by.Reach, [number], ct)));
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
        (known.Officers, known.ActedFrom, known.ActedTo, known.Place, known.Position) =
            ([.. (request.Officers ?? []).Distinct(StringComparer.Ordinal)], request.ActedFrom?.ToMicroseconds(), request.ActedTo?.ToMicroseconds(), request.Place, request.Position);
        if (Describe(known) == before)
            return;
        // A correction of what was told before tells nothing: who needs the case asks for it.
        if (before == "new" || !before.StartsWith(known.State.ToString(), StringComparison.Ordinal))
            db.Tell(number, Outbox.New(known.State == CaseState.Closed ? EventTypes.CaseClosed : EventTypes.CaseOpened, now, null, new { @case = number }));
        (known.ChangedAt, known.ChangedBy, known.FootageDueAt) = (now, by.Name, now);
        await db.SaveChangesAsync(ct);
        await db.Items.Where(i => db.CaseItems.Any(l => l.ItemId == i.Id && l.CaseNumber == number)).DueAsync(now, ct);
        await db.AppendToServiceAsync(
            new NewEvent(now, Actors.Operator(by.Name), CustodyEventKind.CaseChanged, $"case {number}: {Describe(known)}; before: {before}"), ct);
    }

    /// <summary>Part of the caller's transaction. Items that are linked already stay as they are.</summary>
    public static async Task LinkAsync(CatalogueDb db, string number, IReadOnlyList<string> items, string why, string actor, DateTimeOffset now, CancellationToken ct)
    {
        var linked = await LockAsync(db, number, ct);
        linked.FootageDueAt = now;
        var hold = await db.Holds.Where(h => h.CaseNumber == number && h.ReleasedAt == null).Select(h => h.Id).FirstOrDefaultAsync(ct);
        foreach (var id in items)
        {
            await db.LockItemAsync(id, ct);
            var item = await db.Items.SingleOrDefaultAsync(i => i.Id == id, ct) ?? throw ItemRegister.NoItem(id);
            if (item.State == ItemState.Disposed)
                throw RequestRefusedException.Conflict($"资料 {id} 已销毁 / item {id} was disposed of");
            if (await db.CaseItems.AnyAsync(l => l.CaseNumber == number && l.ItemId == id, ct))
                continue;
            await db.CaseRefusals.Where(r => r.CaseNumber == number && r.ItemId == id).ExecuteDeleteAsync(ct);
            db.Add(new CaseItem { CaseNumber = number, ItemId = id, LinkedAt = now, LinkedBy = actor });
            if (item.IsSealed)
                item.RetentionDueAt = now;
            await db.AppendAsync(
                id, now, actor, CustodyEventKind.CaseLinked, $"case {number} ({linked.State}){(hold is null ? "" : $", held by {hold}")}: {why}", ct);
        }
    }

    private async Task UnlinkAsync(CatalogueDb db, string number, string id, string why, string by, CancellationToken ct)
    {
        var unlinked = await LockAsync(db, number, ct);
        await db.LockItemAsync(id, ct);
        var now = time.GetUtcNow();
        var removed = await db.CaseItems.Where(l => l.CaseNumber == number && l.ItemId == id).ExecuteDeleteAsync(ct);
        if (removed == 0)
            return;
        unlinked.FootageDueAt = now;
        db.Add(new CaseRefusal { CaseNumber = number, ItemId = id, RefusedAt = now, RefusedBy = by });
        await db.Items.Where(i => i.Id == id).DueAsync(now, ct);
        await db.AppendAsync(id, now, Actors.Operator(by), CustodyEventKind.CaseUnlinked, $"case {number}: {why}", ct);
    }
}
