using EvidenceIngest.Server.Access;

namespace EvidenceIngest.Server.Fixity;

internal static class FixityEndpoints
{
    private const int MaxBody = 16 << 10;

    public static void Map(IEndpointRouteBuilder api)
    {
        var fixity = api.MapGroup("/fixity").RequireToken(TokenKind.Operator, Scopes.Read, Scopes.System).Concerns(Data.Installation).WithTags("Fixity");
        fixity.MapGet("", async (FixityRegister register, CancellationToken ct) => TypedResults.Ok(await register.StatusAsync(ct)));
        fixity.MapGet("/findings", ListAsync).Produces<FixityFindingPage>().ProducesProblem(StatusCodes.Status400BadRequest);
        fixity.MapGet("/findings/{id:long}", async (long id, FixityRegister register, CancellationToken ct) => TypedResults.Ok(await register.FindAsync(id, ct)))
            .ProducesProblem(StatusCodes.Status404NotFound);
        var decisions = api.MapGroup("/fixity").RequireToken(TokenKind.Operator, Scopes.Write, Scopes.System).Concerns(Data.Installation).WithTags("Fixity");
        decisions.MapPost("/findings/{id:long}/resolve", ResolveAsync).Accepts<FindingDecision>("application/json").Produces<FixityFindingView>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        decisions.MapPost("/findings/{id:long}/restore", RestoreAsync).Produces<FixityFindingView>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        decisions.MapPost("/hurry", async (FixityRegister register, CancellationToken ct) => TypedResults.Ok(await register.HurryAsync(ct)));
    }

    private static async Task<IResult> ListAsync(FixityRegister register, CancellationToken ct, string? open = null, string? cursor = null, int limit = 100)
    {
        bool? wanted = open switch
        {
            null or "" => null,
            "true" => true,
            "false" => false,
            _ => throw RequestRefusedException.Invalid("open", "应为 true 或 false / must be true or false"),
        };
        return TypedResults.Ok(await register.ListAsync(wanted, cursor, limit, ct));
    }

    private static async Task<IResult> ResolveAsync(long id, HttpContext http, FixityRegister register, CancellationToken ct) =>
        TypedResults.Ok(await register.ResolveAsync(id, await http.ReadJsonAsync<FindingDecision>(MaxBody), http.Caller().Name, ct));

    private static async Task<IResult> RestoreAsync(long id, HttpContext http, FixityRegister register, CancellationToken ct) =>
        TypedResults.Accepted($"/api/v1/fixity/findings/{id}", await register.OrderRestoreAsync(id, http.Caller().Name, ct));
}
