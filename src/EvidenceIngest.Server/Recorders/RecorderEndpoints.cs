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
        readers.MapGet("/recorders/issues", async (HttpContext http, RecorderIssues issues, CancellationToken ct, bool all = false) =>
                TypedResults.Ok(await issues.ListAsync(http.Caller().Reach, !all, ct)))
            .Concerns(Data.Checked).WithTags("Recorders");
        writers.MapPost("/recorders/{id}/issue", IssueAsync).Concerns(Data.Recorder).WithTags("Recorders")
            .Accepts<IssueRequest>("application/json").Produces<IssueView>().ProducesProblem(StatusCodes.Status409Conflict);
        writers.MapPost("/recorders/{id}/return", ReturnAsync).Concerns(Data.Recorder).WithTags("Recorders")
            .Accepts<ReturnRequest>("application/json").Produces<IssueView>().ProducesProblem(StatusCodes.Status409Conflict);
    }

    public static void MapAdmissions(this IEndpointRouteBuilder docks) =>
        docks.MapGet("/docks/me/recorders/{id}/admission", AdmitAsync).WithTags("Docks").Produces<RecorderAdmission>();

    internal static AssignmentView View(RecorderAssignment a) => new(a.OfficerNumber, a.OfficerName, a.Agency, a.UnitId, a.FromAt, a.ToAt);

    private static async Task<IResult> AssignAsync(string id, HttpContext http, Assignments assignments, CancellationToken ct)
    {
        var request = await http.ReadJsonAsync<AssignmentRequest>(MaxBody);
        return TypedResults.Ok(await assignments.AssignAsync(Texts.FromRoute(id), request, http.Caller(), ct));
    }

    private static async Task<IResult> IssueAsync(string id, HttpContext http, RecorderIssues issues, CancellationToken ct) =>
        TypedResults.Ok(await issues.IssueAsync(Texts.FromRoute(id), await http.ReadJsonAsync<IssueRequest>(MaxBody), http.Caller(), ct));

    private static async Task<IResult> ReturnAsync(string id, HttpContext http, RecorderIssues issues, CancellationToken ct) =>
        TypedResults.Ok(await issues.ReturnAsync(Texts.FromRoute(id), await http.ReadJsonAsync<ReturnRequest>(MaxBody), http.Caller().Name, ct));

    private static async Task<IResult> SetStateAsync(string id, HttpContext http, RecorderStates states, CancellationToken ct)
    {
        var request = await http.ReadJsonAsync<RecorderStateRequest>(MaxBody);
        return TypedResults.Ok(await states.SetAsync(Texts.FromRoute(id), request, http.Caller().Name, ct));
    }

    private static async Task<IResult> AdmitAsync(string id, RecorderAdmissions admissions, CancellationToken ct) =>
        TypedResults.Ok(await admissions.AskAsync(Texts.FromRoute(id), ct));

    private static async Task<IResult> ListAsync(HttpContext http, EvidenceCatalogue catalogue, TimeProvider time, CancellationToken ct, bool neverDocked = false)
    {
        var now = time.GetUtcNow();
        var (recorders, assignments) = await catalogue.ReadAsync(
            async db =>
            {
                var all = http.Caller().Reach.Of(neverDocked ? db.Recorders.NeverDocked(db) : db.Recorders);
                return (
                    await all.OrderBy(r => r.Id).ToListAsync(ct),
                    (await db.RecorderAssignments.Where(a => all.Any(r => r.Id == a.RecorderId)).ToListAsync(ct)).ToLookup(a => a.RecorderId));
            },
            ct);
        return TypedResults.Ok(recorders.Select(r => new RecorderView(
            r.Id, r.Profile, r.Model, r.FirstSeenAt, r.LastSeenAt, r.State, r.Alarm,
            assignments[r.Id].Where(a => a.Covers(now)).Select(View).FirstOrDefault(),
            [.. assignments[r.Id].OrderByDescending(a => a.FromAt).Select(View)])).ToArray());
    }
}
