using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Domain.Transparency;
using EvidenceIngest.Server.Access;

namespace EvidenceIngest.Server.Transparency;

internal static class LogEndpoints
{
    public static void Map(IEndpointRouteBuilder api, IEndpointRouteBuilder readers)
    {
        var log = api.MapGroup("/log").RequireToken(TokenKind.Operator, Scopes.Read, Scopes.Audit).Concerns(Data.Everybodys).WithTags("Custody log");
        log.MapGet("/head", HeadAsync).Produces<SignedEnvelope>().ProducesProblem(StatusCodes.Status404NotFound);
        log.MapGet("/consistency", ConsistencyAsync).Produces<ConsistencyProof>().ProducesProblem(StatusCodes.Status400BadRequest);
        readers.MapGet("/items/{id}/custody/{sequence:int}/proof", InclusionAsync).Concerns(Data.Item).WithTags("Custody log")
            .Produces<LoggedEvent>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> HeadAsync(LogRegister register, CancellationToken ct, long? size = null) =>
        TypedResults.Bytes(await register.HeadAsync(size, ct), "application/json");

    private static async Task<IResult> ConsistencyAsync(LogRegister register, CancellationToken ct, long? from = null, long? to = null) =>
        // Both are demanded in there: a missing one shall be refused after, not before, the token was looked at.
        TypedResults.Ok(await register.ConsistencyAsync(from ?? -1, to ?? -1, ct));

    private static async Task<IResult> InclusionAsync(string id, int sequence, LogRegister register, CancellationToken ct, long? size = null)
    {
        Texts.Demand(id, "item", 100);
        return TypedResults.Ok(await register.InclusionAsync(id, sequence, size, ct));
    }
}
