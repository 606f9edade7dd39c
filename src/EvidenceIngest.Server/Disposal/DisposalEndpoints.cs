using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Server.Access;

namespace EvidenceIngest.Server.Disposal;

internal static class DisposalEndpoints
{
    private const int MaxBody = 256 << 10;

    public static void Map(IEndpointRouteBuilder api, IEndpointRouteBuilder readers)
    {
        var seen = readers.MapGroup("/disposals").WithTags("Disposal");
        seen.MapGet("", async (DisposalDecisions disposals, CancellationToken ct) => TypedResults.Ok(await disposals.ListAsync(ct)));
        seen.MapGet("/expired", async (DisposalDecisions disposals, CancellationToken ct) => TypedResults.Ok(await disposals.ExpiredAsync(ct)));
        seen.MapGet("/{id}", async (string id, DisposalDecisions disposals, CancellationToken ct) => TypedResults.Ok(await disposals.FindAsync(id, ct)));
        seen.MapGet("/{id}/list", async (string id, DisposalDecisions disposals, CancellationToken ct) =>
            TypedResults.Bytes(await disposals.SignedListAsync(id, ct), "application/json")).Produces<SignedEnvelope>();

        var proposers = api.MapGroup("/disposals").RequireToken(TokenKind.Operator, Scopes.ProposeDisposal).WithTags("Disposal");
        proposers.MapPost("", ProposeAsync).Accepts<DisposalRequest>("application/json").Produces<DisposalView>(StatusCodes.Status201Created);
        proposers.MapPost("/{id}/withdraw", WithdrawAsync).Accepts<DisposalWord>("application/json").Produces<DisposalView>();
        var heads = api.MapGroup("/disposals/{id}").RequireToken(TokenKind.Operator, Scopes.ConfirmDisposal).WithTags("Disposal");
        heads.MapPost("/confirm", ConfirmAsync).Accepts<DisposalWord>("application/json").Produces<DisposalView>();
        heads.MapPost("/reject", RejectAsync).Accepts<DisposalWord>("application/json").Produces<DisposalView>();
    }

    private static async Task<IResult> ProposeAsync(HttpContext http, DisposalDecisions disposals, CancellationToken ct)
    {
        var proposed = await disposals.ProposeAsync(await http.ReadJsonAsync<DisposalRequest>(MaxBody), http.Caller().Person, ct);
        return TypedResults.Created($"/api/v1/disposals/{proposed.Disposal}", proposed);
    }

    private static async Task<IResult> ConfirmAsync(string id, HttpContext http, DisposalDecisions disposals, CancellationToken ct) =>
        TypedResults.Ok(await disposals.ConfirmAsync(id, await http.ReadJsonAsync<DisposalWord>(MaxBody), http.Caller().Person, ct));

    private static async Task<IResult> WithdrawAsync(string id, HttpContext http, DisposalDecisions disposals, CancellationToken ct) =>
        TypedResults.Ok(await disposals.WithdrawAsync(id, await http.ReadJsonAsync<DisposalWord>(MaxBody), http.Caller().Person, ct));

    private static async Task<IResult> RejectAsync(string id, HttpContext http, DisposalDecisions disposals, CancellationToken ct) =>
        TypedResults.Ok(await disposals.RejectAsync(id, await http.ReadJsonAsync<DisposalWord>(MaxBody), http.Caller().Person, ct));
}
