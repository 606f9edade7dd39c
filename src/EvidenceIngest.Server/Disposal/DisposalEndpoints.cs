using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Catalogue;

namespace EvidenceIngest.Server.Disposal;

internal static class DisposalEndpoints
{
    private const int MaxBody = 256 << 10;

    public static void Map(IEndpointRouteBuilder api, IEndpointRouteBuilder readers)
    {
        var seen = readers.MapGroup("/disposals").WithTags("Disposal");
        seen.MapGet("", async (HttpContext http, DisposalDecisions disposals, CancellationToken ct) =>
            TypedResults.Ok(await disposals.ListAsync(http.Caller().Reach, ct))).Concerns(Data.Checked);
        seen.MapGet("/expired", async (HttpContext http, DisposalDecisions disposals, CancellationToken ct) =>
            TypedResults.Ok(await disposals.ExpiredAsync(http.Caller().Reach, ct))).Concerns(Data.Checked);
        seen.MapGet("/{id}", async (string id, HttpContext http, DisposalDecisions disposals, CancellationToken ct) => http.Tagged(await disposals.FindAsync(id, ct)))
            .Concerns(Data.Disposal).Produces<DisposalView>();
        seen.MapGet("/{id}/list", async (string id, DisposalDecisions disposals, CancellationToken ct) =>
            TypedResults.Bytes(await disposals.SignedListAsync(id, ct), "application/json")).Concerns(Data.Disposal).Produces<SignedEnvelope>();

        var proposers = api.MapGroup("/disposals").RequireToken(TokenKind.Operator, Scopes.ProposeDisposal).WithTags("Disposal");
        proposers.MapPost("", ProposeAsync).Concerns(Data.Checked).Accepts<DisposalRequest>("application/json").Produces<DisposalView>(StatusCodes.Status201Created);
        proposers.MapPost("/{id}/withdraw", WithdrawAsync).Concerns(Data.Disposal).Accepts<DisposalWord>("application/json").Produces<DisposalView>();
        var heads = api.MapGroup("/disposals/{id}").RequireToken(TokenKind.Operator, Scopes.ConfirmDisposal).Concerns(Data.Disposal).WithTags("Disposal");
        heads.MapPost("/confirm", ConfirmAsync).Accepts<DisposalWord>("application/json").Produces<DisposalView>();
        heads.MapPost("/reject", RejectAsync).Accepts<DisposalWord>("application/json").Produces<DisposalView>();
    }

    private static async Task<IResult> ProposeAsync(HttpContext http, DisposalDecisions disposals, EvidenceCatalogue catalogue, TimeProvider time, CancellationToken ct)
    {
        var request = await http.ReadJsonAsync<DisposalRequest>(MaxBody);
        await catalogue.DemandItemsAsync(http.Caller().Reach, request.Items, ct);
        var proposed = await disposals.ProposeAsync(Repeats.MadeId(http, time), request, http.Caller().Person, ct);
        return TypedResults.Created($"/api/v1/disposals/{proposed.Disposal}", proposed);
    }

    private static async Task<IResult> ConfirmAsync(string id, HttpContext http, DisposalDecisions disposals, CancellationToken ct) =>
        TypedResults.Ok(await disposals.ConfirmAsync(id, await http.ReadJsonAsync<DisposalWord>(MaxBody), http.Caller().Person, ct));

    private static async Task<IResult> WithdrawAsync(string id, HttpContext http, DisposalDecisions disposals, CancellationToken ct) =>
        TypedResults.Ok(await disposals.WithdrawAsync(id, await http.ReadJsonAsync<DisposalWord>(MaxBody), http.Caller().Person, ct));

    private static async Task<IResult> RejectAsync(string id, HttpContext http, DisposalDecisions disposals, CancellationToken ct) =>
        TypedResults.Ok(await disposals.RejectAsync(id, await http.ReadJsonAsync<DisposalWord>(MaxBody), http.Caller().Person, ct));
}
