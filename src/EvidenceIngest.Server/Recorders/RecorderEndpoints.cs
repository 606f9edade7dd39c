using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Recorders;

internal static class RecorderEndpoints
{
    private const int MaxBody = 16 << 10;

    public static void Map(IEndpointRouteBuilder readers, IEndpointRouteBuilder writers)
    {
        readers.MapGet("/recorders", ListAsync).WithTags("Recorders").Produces<RecorderView[]>();
        writers.MapPut("/recorders/{id}/assignment", AssignAsync).WithTags("Recorders")
            .Accepts<AssignmentRequest>("application/json").Produces<AssignmentAnswer>().ProducesProblem(StatusCodes.Status400BadRequest);
    }

    internal static AssignmentView View(RecorderAssignment a) => new(a.OfficerNumber, a.OfficerName, a.Agency, a.FromAt, a.ToAt);

    private static async Task<IResult> AssignAsync(string id, HttpContext http, Assignments assignments, CancellationToken ct)
    {
        var request = await http.ReadJsonAsync<AssignmentRequest>(MaxBody);
        // Routing leaves an escaped slash as it is; folders' ids may have one.
        var recorder = id.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        return TypedResults.Ok(await assignments.AssignAsync(recorder, request, http.Caller().Name, ct));
    }

    private static async Task<IResult> ListAsync(EvidenceCatalogue catalogue, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var recorders = await catalogue.ReadAsync(db => db.Recorders.OrderBy(r => r.Id).ToListAsync(ct), ct);
        var assignments = (await catalogue.ReadAsync(db => db.RecorderAssignments.ToListAsync(ct), ct)).ToLookup(a => a.RecorderId);
        return TypedResults.Ok(recorders.Select(r => new RecorderView(
            r.Id, r.Profile, r.Model, r.FirstSeenAt, r.LastSeenAt,
            assignments[r.Id].Where(a => a.Covers(now)).Select(View).FirstOrDefault(),
            [.. assignments[r.Id].OrderByDescending(a => a.FromAt).Select(View)])).ToArray());
    }
}
