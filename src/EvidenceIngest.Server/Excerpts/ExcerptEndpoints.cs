using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;

namespace EvidenceIngest.Server.Excerpts;

/// <summary>Whoever may make links to a recording may have parts of it made: they show no more than it does.</summary>
internal static class ExcerptEndpoints
{
    private const int MaxBody = 64 << 10;

    public static void Map(IEndpointRouteBuilder api, IEndpointRouteBuilder readers)
    {
        readers.MapGet("/items/{id}/excerpts", async (string id, ExcerptOrders orders, CancellationToken ct) => TypedResults.Ok(await orders.ListAsync(id, ct)))
            .Concerns(Data.Item).WithTags("Excerpts").Produces<ExcerptView[]>();
        var makers = api.MapGroup("/items/{id}").RequireToken(TokenKind.Operator, Scopes.Link).Concerns(Data.Item).WithTags("Excerpts");
        makers.MapPost("/clips", ClipAsync).Accepts<ClipRequest>("application/json").Produces<ExcerptView>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status409Conflict);
        makers.MapPost("/stills", StillAsync).Accepts<StillRequest>("application/json").Produces<ExcerptView>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> ClipAsync(string id, HttpContext http, ExcerptOrders orders, TimeProvider time, CancellationToken ct) =>
        TypedResults.Accepted(Where(id), await orders.OrderAsync(Repeats.MadeId(http, time), id, await http.ReadJsonAsync<ClipRequest>(MaxBody), http.Caller().Name, ct));

    private static async Task<IResult> StillAsync(string id, HttpContext http, ExcerptOrders orders, TimeProvider time, CancellationToken ct) =>
        TypedResults.Accepted(Where(id), await orders.OrderAsync(Repeats.MadeId(http, time), id, await http.ReadJsonAsync<StillRequest>(MaxBody), http.Caller().Name, ct));

    private static string Where(string id) => $"/api/v1/items/{Uri.EscapeDataString(id)}/excerpts";
}
