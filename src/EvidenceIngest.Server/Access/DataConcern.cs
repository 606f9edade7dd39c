using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Items;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Server.Access;

/// <summary>Whose data an endpoint deals with. Every endpoint behind a token says one; a test fails for the one that doesn't.</summary>
internal enum Data
{
    /// <summary>The item that the route's <c>{id}</c> names.</summary>
    Item,

    /// <summary>The case that the route's <c>{number}</c> names.</summary>
    Case,

    /// <summary>All items of the package that the route's <c>{id}</c> names.</summary>
    Package,

    /// <summary>All items, or the case, of the hold that the route's <c>{id}</c> names.</summary>
    Hold,

    /// <summary>All items of the disposal that the route's <c>{id}</c> names.</summary>
    Disposal,

    /// <summary>All items of the request for access that the route's <c>{id}</c> names.</summary>
    AccessRequest,

    /// <summary>All cases that the review of the route's <c>{id}</c> was drawn from.</summary>
    Review,

    /// <summary>The case of the review finding that the route's <c>{id}</c> names.</summary>
    ReviewFinding,

    /// <summary>The recorder that the route's <c>{id}</c> names.</summary>
    Recorder,

    /// <summary>The whole installation: only for roles that are held in its root.</summary>
    Installation,

    /// <summary>The endpoint's own code filters its rows, or checks the names in its body, by <see cref="Caller.Reach"/>.</summary>
    Checked,

    /// <summary>Nothing but the caller's own account or recordings.</summary>
    CallersOwn,

    /// <summary>Nothing that belongs to any unit.</summary>
    Everybodys,

    /// <summary>What the dock that calls has itself announced.</summary>
    Docks,
}

/// <summary>What an endpoint said; tests read it from the routes.</summary>
internal sealed record DataConcern(Data Data);

internal static class DataConcerns
{
    /// <summary>Comes after <c>RequireToken</c>. What is out of the caller's reach is answered as if it did not exist.</summary>
    public static TBuilder Concerns<TBuilder>(this TBuilder endpoints, Data data)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.WithMetadata(new DataConcern(data)).AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            var reach = http.Caller().Reach;
            if (!reach.IsEverything)
                await DemandAsync(http, data, reach);
            return await http.RequestServices.GetRequiredService<Repeats>().RunAsync(context, next);
        });

    /// <exception cref="RequestRefusedException">One of them does not exist, or is out of reach.</exception>
    public static async Task DemandItemsAsync(this EvidenceCatalogue catalogue, Reach reach, IEnumerable<string> items, CancellationToken ct)
    {
        if (await catalogue.OutOfReachAsync(reach, items, ct) is { } hidden)
            throw ItemRegister.NoItem(hidden);
    }

    /// <exception cref="RequestRefusedException">It exists and is out of reach.</exception>
    public static async Task DemandCaseAsync(this EvidenceCatalogue catalogue, Reach reach, string number, CancellationToken ct)
    {
        if (!await catalogue.IsCaseWithinAsync(reach, number, ct))
            throw RequestRefusedException.NotFound($"没有案件 {number}，或者不在您的职责范围内 / there is no case {number}");
    }

    private static async Task<string?> OutOfReachAsync(this EvidenceCatalogue catalogue, Reach reach, IEnumerable<string> items, CancellationToken ct)
    {
        if (reach.IsEverything)
            return null;
        var wanted = items.Distinct(StringComparer.Ordinal).ToList();
        if (reach.CoversAllUnits)
        {
            // What does not exist at all is told by who acts on it.
            var hidden = await catalogue.ReadAsync(
                db =>
                {
                    var seen = reach.Of(db.Items);
                    return db.Items.Where(i => wanted.Contains(i.Id) && !seen.Any(s => s.Id == i.Id)).Select(i => i.Id).ToListAsync(ct);
                },
                ct);
            return hidden.FirstOrDefault();
        }

        var within = await catalogue.ReadAsync(db => reach.Of(db.Items).Where(i => wanted.Contains(i.Id)).Select(i => i.Id).ToListAsync(ct), ct);
        return wanted.Except(within, StringComparer.Ordinal).FirstOrDefault();
    }

    private static async Task<bool> IsCaseWithinAsync(this EvidenceCatalogue catalogue, Reach reach, string number, CancellationToken ct) =>
        await catalogue.ReadAsync(db => db.Cases.Where(c => c.Number == number).Select(c => c.UnitId).SingleOrDefaultAsync(ct), ct) is not { } unit || reach.Covers(unit);

    private static async Task DemandAsync(HttpContext http, Data data, Reach reach)
    {
        var catalogue = http.RequestServices.GetRequiredService<EvidenceCatalogue>();
        var ct = http.RequestAborted;
        var id = Texts.FromRoute(http.Request.RouteValues[data == Data.Case ? "number" : "id"]?.ToString() ?? "");
        switch (data)
        {
            case Data.Item:
                await catalogue.DemandItemsAsync(reach, [id], ct);
                break;
            case Data.Case:
                await catalogue.DemandCaseAsync(reach, id, ct);
                break;
            case Data.Package:
                var package = await catalogue.ReadAsync(db => db.Packages.SingleOrDefaultAsync(p => p.Id == id, ct), ct);
                Demand(await catalogue.OutOfReachAsync(reach, package?.Items ?? [], ct) is null, "package", id);
                break;
            case Data.Hold:
                var hold = await catalogue.ReadAsync(db => db.Holds.SingleOrDefaultAsync(h => h.Id == id, ct), ct);
                var held = await catalogue.ReadAsync(db => db.HoldItems.Where(h => h.HoldId == id).Select(h => h.ItemId).ToListAsync(ct), ct);
                Demand(
                    await catalogue.OutOfReachAsync(reach, held, ct) is null
                    && (hold?.CaseNumber is not { } number || await catalogue.IsCaseWithinAsync(reach, number, ct)), "hold", id);
                break;
            case Data.Disposal:
                var disposed = await catalogue.ReadAsync(db => db.DisposalItems.Where(i => i.DisposalId == id).Select(i => i.ItemId).ToListAsync(ct), ct);
                Demand(await catalogue.OutOfReachAsync(reach, disposed, ct) is null, "disposal", id);
                break;
            case Data.AccessRequest:
                var asked = await catalogue.ReadAsync(db => db.AccessRequestItems.Where(i => i.RequestId == id).Select(i => i.ItemId).ToListAsync(ct), ct);
                Demand(await catalogue.OutOfReachAsync(reach, asked, ct) is null, "access request", id);
                break;
            case Data.Review:
                var population = await catalogue.ReadAsync(db => db.Reviews.Where(r => r.Id == id).Select(r => r.Units).SingleOrDefaultAsync(ct), ct);
                Demand(population is null || population.All(reach.Covers), "review", id);
                break;
            case Data.ReviewFinding:
                var found = await catalogue.ReadAsync(db => db.ReviewFindings.Where(f => f.Id == id).Select(f => f.UnitId).SingleOrDefaultAsync(ct), ct);
                Demand(found is null || reach.Covers(found), "review finding", id);
                break;
            case Data.Recorder:
                var unit = await catalogue.ReadAsync(db => db.Recorders.Where(r => r.Id == id).Select(r => r.UnitId).SingleOrDefaultAsync(ct), ct);
                Demand(unit is null || reach.Covers(unit), "recorder", id);
                break;
            case Data.Installation when !reach.CoversAllUnits:
                throw new RequestRefusedException(StatusCodes.Status403Forbidden, "此事涉及全部单位，须由顶级单位的相应岗位办理 / this concerns the whole installation: it needs the role in its root unit");
            default:
                break;
        }
    }

    private static void Demand(bool isWithin, string what, string id)
    {
        if (!isWithin)
            throw RequestRefusedException.NotFound($"没有 {id}，或者不在您的职责范围内 / there is no {what} {id}");
    }
}
