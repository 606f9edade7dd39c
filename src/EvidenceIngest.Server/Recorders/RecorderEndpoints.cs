using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Recorders;

internal static class RecorderEndpoints
{
    private const int MaxBody = 16 << 10;

    public static void Map(IEndpointRouteBuilder readers, IEndpointRouteBuilder writers)
    {
        readers.MapGet("/recorders", ListAsync).Concerns(Data.Checked).WithTags("Recorders").Produces<RecorderView[]>();
        writers.MapPut("/recorders/{id}/state", SetStateAsync).Concerns(Data.Recorder).WithTags("Recorders")
            .Accepts<RecorderStateRequest>("application/json").Produces<RecorderStateAnswer>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
        writers.MapPut("/recorders/{id}/assignment", AssignAsync).Concerns(Data.Recorder).WithTags("Recorders")
            .Accepts<AssignmentRequest>("application/json").Produces<AssignmentAnswer>().ProducesProblem(StatusCodes.Status400BadRequest);
    }

    public static void MapAdmissions(this IEndpointRouteBuilder docks) =>
        docks.MapGet("/docks/me/recorders/{id}/admission", AdmitAsync).WithTags("Docks").Produces<RecorderAdmission>();

    internal static AssignmentView View(RecorderAssignment a) => new(a.OfficerNumber, a.OfficerName, a.Agency, a.UnitId, a.FromAt, a.ToAt);

    private static async Task<IResult> AssignAsync(string id, HttpContext http, Assignments assignments, CancellationToken ct)
    {
        var request = await http.ReadJsonAsync<AssignmentRequest>(MaxBody);
        return TypedResults.Ok(await assignments.AssignAsync(Unescape(id), request, http.Caller(), ct));
    }

    private static async Task<IResult> SetStateAsync(string id, HttpContext http, RecorderStates states, CancellationToken ct)
    {
        var request = await http.ReadJsonAsync<RecorderStateRequest>(MaxBody);
        return TypedResults.Ok(await states.SetAsync(Unescape(id), request, http.Caller().Name, ct));
    }

    private static async Task<IResult> AdmitAsync(string id, RecorderAdmissions admissions, CancellationToken ct) =>
        TypedResults.Ok(await admissions.AskAsync(Unescape(id), ct));

    // Routing leaves an escaped slash as it is; folders' ids may have one.
    private static string Unescape(string id) => id.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    private static async Task<IResult> ListAsync(HttpContext http, EvidenceCatalogue catalogue, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var recorders = await catalogue.ReadAsync(db => http.Caller().Reach.Of(db.Recorders).OrderBy(r => r.Id).ToListAsync(ct), ct);
        var assignments = (await catalogue.ReadAsync(db => db.RecorderAssignments.ToListAsync(ct), ct)).ToLookup(a => a.RecorderId);
        return TypedResults.Ok(recorders.Select(r => new RecorderView(
            r.Id, r.Profile, r.Model, r.FirstSeenAt, r.LastSeenAt, r.State, r.Alarm,
            assignments[r.Id].Where(a => a.Covers(now)).Select(View).FirstOrDefault(),
            [.. assignments[r.Id].OrderByDescending(a => a.FromAt).Select(View)])).ToArray());
    }
}
