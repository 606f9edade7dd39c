using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Catalogue;

namespace EvidenceIngest.Server.Cases;

internal static class CaseEndpoints
{
    private const int MaxBody = 256 << 10;

    public static void Map(IEndpointRouteBuilder api, IEndpointRouteBuilder readers, IEndpointRouteBuilder writers)
    {
        readers.MapGet("/matters", async (MatterList matters, CancellationToken ct) => TypedResults.Ok(await matters.ListAsync(ct))).Concerns(Data.Everybodys).WithTags("Cases");
        writers.MapPut("/matters/{id}", SetMatterAsync).Concerns(Data.Installation).WithTags("Cases").Accepts<MatterRequest>("application/json").Produces<MatterView>();
        readers.MapGet("/cases", async (HttpContext http, CaseRegister cases, CancellationToken ct, string? state = null, string? unit = null, string? footage = null, string? q = null, string? cursor = null, int limit = 50) =>
                TypedResults.Ok(await cases.ListAsync(CaseFilter.Of(http.Caller().Reach, state, unit, footage, q), cursor, limit, ct)))
            .Concerns(Data.Checked).WithTags("Cases").ProducesProblem(StatusCodes.Status400BadRequest);
        readers.MapGet("/cases/{number}", async (string number, HttpContext http, CaseRegister cases, CancellationToken ct) => http.Tagged(await cases.FindAsync(Number(number), http.Caller().Reach, ct)))
            .Concerns(Data.Case).WithTags("Cases").Produces<CaseView>();
        readers.MapGet("/cases/{number}/proposals", async (string number, HttpContext http, CaseProposals proposals, CancellationToken ct) =>
                TypedResults.Ok(await proposals.ListAsync(Number(number), http.Caller().Reach, ct)))
            .Concerns(Data.Case).WithTags("Cases").ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        api.MapPut("/cases/{number}", SetAsync).RequireToken(TokenKind.Operator, Scopes.Cases).Concerns(Data.Case).WithTags("Cases").Accepts<CaseRequest>("application/json").Produces<CaseView>();
        var changes = writers.MapGroup("/cases/{number}").Concerns(Data.Case).WithTags("Cases");
        changes.MapPost("/items", LinkAsync).Accepts<CaseLinkRequest>("application/json").Produces<CaseView>();
        changes.MapDelete("/items/{id}", UnlinkAsync).Produces<CaseView>();
    }

    private static async Task<IResult> SetMatterAsync(string id, HttpContext http, MatterList matters, CancellationToken ct) =>
        http.Tagged(await matters.SetAsync(id, await http.ReadJsonAsync<MatterRequest>(MaxBody), http.Caller().Name, ct, Precondition.Of(http)));

    private static async Task<IResult> SetAsync(string number, HttpContext http, CaseRegister cases, CancellationToken ct) =>
        http.Tagged(await cases.SetAsync(Number(number), await http.ReadJsonAsync<CaseRequest>(MaxBody), http.Caller(), ct, Precondition.Of(http)));

    private static async Task<IResult> LinkAsync(string number, HttpContext http, CaseRegister cases, EvidenceCatalogue catalogue, CancellationToken ct)
    {
        var request = await http.ReadJsonAsync<CaseLinkRequest>(MaxBody);
        await catalogue.DemandItemsAsync(http.Caller().Reach, request.Items, ct);
        return TypedResults.Ok(await cases.LinkAsync(Number(number), request, http.Caller(), ct));
    }

    private static async Task<IResult> UnlinkAsync(
        string number, string id, HttpContext http, CaseRegister cases, EvidenceCatalogue catalogue, CancellationToken ct, string? why = null)
    {
        await catalogue.DemandItemsAsync(http.Caller().Reach, [id], ct);
        return TypedResults.Ok(await cases.UnlinkAsync(Number(number), id, why, http.Caller(), ct));
    }

    private static string Number(string number)
    {
        Texts.Demand(number, "case", 200);
        return Texts.FromRoute(number);
    }
}
