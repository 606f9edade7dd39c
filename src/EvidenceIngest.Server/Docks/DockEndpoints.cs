using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Events;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Recorders;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Docks;

/// <summary>A <see cref="BayReport"/> with its dock.</summary>
/// <param name="Dock">What people call the dock.</param>
/// <param name="DockId">Identity of the dock.</param>
/// <param name="ReportedAt">UTC.</param>
/// <param name="Bay">Port path or folder.</param>
/// <param name="State">One of the dock's bay states.</param>
/// <param name="Recorder">Recorder id once identified.</param>
/// <param name="Reason">Why it was refused or failed.</param>
/// <param name="FilesDone">Files that are safe.</param>
/// <param name="FilesTotal">Files that belong to recordings.</param>
/// <param name="BytesDone">Bytes offloaded.</param>
/// <param name="BytesTotal">Bytes to offload.</param>
/// <param name="Since">When the state was entered, UTC.</param>
public sealed record BayView(
    string Dock, string DockId, DateTimeOffset? ReportedAt, string Bay, string State, string? Recorder, string? Reason,
    int FilesDone, int FilesTotal, long BytesDone, long BytesTotal, DateTimeOffset Since);

/// <param name="Dock">Its identity.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Unit">Where it stands.</param>
/// <param name="EnrolledAt">UTC.</param>
/// <param name="ReportedAt">When it spoke last, UTC; null: not since it was enrolled.</param>
/// <param name="Address">Where it spoke from: its screen opens there and nowhere else.</param>
/// <param name="Bays">How many it has.</param>
public sealed record DockView(string Dock, string Name, string Unit, DateTimeOffset EnrolledAt, DateTimeOffset? ReportedAt, string? Address, int Bays);

/// <param name="Unit">Where it stands.</param>
public sealed record DockPlace(string Unit);

internal static class DockEndpoints
{
    private const int MaxBody = 256 << 10;
    private const int MaxBays = 256;

    public static void MapEnrolment(this IEndpointRouteBuilder api) =>
        api.MapPost("/docks/enrol", EnrolAsync).WithTags("Docks")
            .Accepts<EnrolmentRequest>("application/json").Produces<EnrolmentAnswer>().ProducesProblem(StatusCodes.Status403Forbidden);

    public static void MapBayReports(this IEndpointRouteBuilder docks) =>
        docks.MapPut("/docks/me/bays", ReportAsync).WithTags("Docks")
            .Accepts<BayReport[]>("application/json").Produces(StatusCodes.Status204NoContent);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/bays", ListAsync).RequireToken(TokenKind.Operator, Scopes.Read, Scopes.System).Concerns(Data.Checked).WithTags("Docks").Produces<BayView[]>();
        api.MapGet("/docks", ListDocksAsync).RequireToken(TokenKind.Operator, Scopes.Read, Scopes.System).Concerns(Data.Checked).WithTags("Docks").Produces<DockView[]>();
        var administrators = api.MapGroup("/docks").RequireToken(TokenKind.Operator, Scopes.System).Concerns(Data.Installation).WithTags("Docks");
        administrators.MapPost("/invitations", InviteAsync).Produces<DockInvitation>(StatusCodes.Status201Created).AnswersSecret();
        administrators.MapPut("/{id}/unit", PlaceAsync).Accepts<DockPlace>("application/json").Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> EnrolAsync(HttpContext http, Enrolment enrolment, CancellationToken ct) =>
        TypedResults.Ok(await enrolment.EnrolAsync(await http.ReadJsonAsync<EnrolmentRequest>(MaxBody), ct));

    private static async Task<IResult> InviteAsync(HttpContext http, Enrolment enrolment, CancellationToken ct) =>
        TypedResults.Created((string?)null, await enrolment.InviteAsync(http.Caller().Name, ct));

    /// <summary>What comes from recorders that nobody was assigned to belongs to the dock's unit from then on.</summary>
    private static async Task<IResult> PlaceAsync(string id, HttpContext http, EvidenceCatalogue catalogue, TimeProvider time, CancellationToken ct)
    {
        Texts.Demand(id, "dock", 100);
        var place = await http.ReadJsonAsync<DockPlace>(MaxBody);
        var (now, by) = (time.GetUtcNow(), http.Caller());
        await catalogue.WriteAsync(
            async db =>
            {
                await Units.DemandAsync(db, place.Unit, "unit", by.Reach, ct);
                var dock = await db.Docks.SingleOrDefaultAsync(d => d.Id == id, ct) ?? throw RequestRefusedException.NotFound($"没有采集站 {id} / there is no dock {id}");
                if (dock.UnitId == place.Unit)
                    return;
                var before = dock.UnitId;
                dock.UnitId = place.Unit;
                await db.AppendToServiceAsync(new NewEvent(now, Actors.Operator(by.Name), CustodyEventKind.UnitGiven, $"dock {id}: from {before} to {place.Unit}"), ct);
            },
            ct);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> ReportAsync(
        HttpContext http, EvidenceCatalogue catalogue, RecorderPresence presence, TimeProvider time, CancellationToken ct)
    {
        var bays = await http.ReadJsonAsync<BayReport[]>(MaxBody);
        if (bays.Length > MaxBays)
            throw RequestRefusedException.Invalid("bays", $"more than {MaxBays}");
        for (var i = 0; i < bays.Length; i++)
        {
            var bay = bays[i] ?? throw RequestRefusedException.Invalid($"bays[{i}]", "is null");
            Texts.Demand(bay.Bay, $"bays[{i}].bay", 4096);
            Texts.Demand(bay.State, $"bays[{i}].state", 100);
            Texts.Allow(bay.Recorder, $"bays[{i}].recorder", 200);
            Texts.Allow(bay.Reason, $"bays[{i}].reason", 2000);
        }

        var (dockId, from) = (http.DockId(), Networks.From(http)?.ToString());
        await catalogue.WriteAsync(
            async db =>
            {
                await DockTelling.LockAsync(db, dockId, ct);
                var dock = await db.Docks.SingleAsync(d => d.Id == dockId, ct);
                var (before, now) = (new DockSeen(dock.LastSeenAt, dock.Bays), time.GetUtcNow());
                dock.Bays = bays;
                dock.LastSeenAt = now;
                dock.Address = from;
                await DockTelling.ReportedAsync(db, dock, before, now, ct);
                await presence.CompareAsync(db, dock, ct);
                await RecorderIssues.DockedAsync(db, RecorderPresence.Occupied(dock).Select(b => b.Recorder!), now, ct);
            },
            ct);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> ListDocksAsync(HttpContext http, EvidenceCatalogue catalogue, CancellationToken ct)
    {
        var docks = await catalogue.ReadAsync(db => http.Caller().Reach.Of(db.Docks).OrderBy(d => d.Name).ThenBy(d => d.Id).ToListAsync(ct), ct);
        return TypedResults.Ok(docks.Select(d => new DockView(d.Id, d.Name, d.UnitId, d.EnrolledAt, d.LastSeenAt, d.Address, d.Bays.Count)).ToArray());
    }

    private static async Task<IResult> ListAsync(HttpContext http, EvidenceCatalogue catalogue, CancellationToken ct)
    {
        var docks = await catalogue.ReadAsync(db => http.Caller().Reach.Of(db.Docks).OrderBy(d => d.Name).ToListAsync(ct), ct);
        return TypedResults.Ok(docks.SelectMany(d => d.Bays.Select(b => new BayView(
            d.Name, d.Id, d.LastSeenAt, b.Bay, b.State, b.Recorder, b.Reason, b.FilesDone, b.FilesTotal, b.BytesDone, b.BytesTotal, b.Since))).ToArray());
    }
}
