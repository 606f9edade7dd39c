using EvidenceIngest.Server.Access;

namespace EvidenceIngest.Server.Cases;

internal static class CaseEndpoints
{
    private const int MaxBody = 256 << 10;

    public static void Map(IEndpointRouteBuilder readers, IEndpointRouteBuilder writers)
    {
        readers.MapGet("/matters", async (MatterList matters, CancellationToken ct) => TypedResults.Ok(await matters.ListAsync(ct))).WithTags("Cases");
        writers.MapPut("/matters/{id}", SetMatterAsync).WithTags("Cases").Accepts<MatterRequest>("application/json").Produces<MatterView>();
        readers.MapGet("/cases", async (CaseRegister cases, CancellationToken ct) => TypedResults.Ok(await cases.ListAsync(ct))).WithTags("Cases");
        readers.MapGet("/cases/{number}", async (string number, CaseRegister cases, CancellationToken ct) => TypedResults.Ok(await cases.FindAsync(Number(number), ct))).WithTags("Cases");
        var changes = writers.MapGroup("/cases/{number}").WithTags("Cases");
        changes.MapPut("", SetAsync).Accepts<CaseRequest>("application/json").Produces<CaseView>();
        changes.MapPost("/items", LinkAsync).Accepts<CaseLinkRequest>("application/json").Produces<CaseView>();
        changes.MapDelete("/items/{id}", async (string number, string id, HttpContext http, CaseRegister cases, CancellationToken ct, string? why = null) =>
            TypedResults.Ok(await cases.UnlinkAsync(Number(number), id, why, http.Caller().Name, ct)));
    }

    private static async Task<IResult> SetMatterAsync(string id, HttpContext http, MatterList matters, CancellationToken ct) =>
        TypedResults.Ok(await matters.SetAsync(id, await http.ReadJsonAsync<MatterRequest>(MaxBody), http.Caller().Name, ct));

    private static async Task<IResult> SetAsync(string number, HttpContext http, CaseRegister cases, CancellationToken ct) =>
        TypedResults.Ok(await cases.SetAsync(Number(number), await http.ReadJsonAsync<CaseRequest>(MaxBody), http.Caller().Name, ct));

    private static async Task<IResult> LinkAsync(string number, HttpContext http, CaseRegister cases, CancellationToken ct) =>
        TypedResults.Ok(await cases.LinkAsync(Number(number), await http.ReadJsonAsync<CaseLinkRequest>(MaxBody), http.Caller().Name, ct));

    // Routing leaves an escaped slash as it is; case numbers may have one.
    private static string Number(string number)
    {
        Texts.Demand(number, "case", 200);
        return number.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
    }
}
