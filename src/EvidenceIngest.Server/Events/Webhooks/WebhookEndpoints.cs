using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;

namespace EvidenceIngest.Server.Events.Webhooks;

internal static class WebhookEndpoints
{
    private const int MaxBody = 16 << 10;

    public static void Map(IEndpointRouteBuilder api)
    {
        var webhooks = api.MapGroup("/webhooks").RequireToken(TokenKind.Operator, Scopes.Webhooks).Concerns(Data.Installation).WithTags("Webhooks");
        webhooks.MapPost("", RegisterAsync).Accepts<WebhookRequest>("application/json").Produces<RegisteredWebhook>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict).AnswersSecret();
        webhooks.MapGet("", async (WebhookRegister register, CancellationToken ct) => TypedResults.Ok(await register.ListAsync(ct)));
        webhooks.MapDelete("/{id}", RemoveAsync).Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound);
        webhooks.MapGet("/{id}/dead", async (string id, WebhookRegister register, CancellationToken ct, long after = 0, int limit = 100) =>
            TypedResults.Ok(await register.DeadAsync(id, after, limit, ct)));
        webhooks.MapPost("/{id}/replay", ReplayAsync).Accepts<ReplayRequest>("application/json").Produces<ReplayAnswer>()
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> RegisterAsync(HttpContext http, WebhookRegister register, CancellationToken ct)
    {
        var registered = await register.RegisterAsync(await http.ReadJsonAsync<WebhookRequest>(MaxBody), http.Caller().Name, ct);
        return TypedResults.Created($"/api/v1/webhooks/{registered.Webhook.Id}", registered);
    }

    private static async Task<IResult> RemoveAsync(string id, HttpContext http, WebhookRegister register, CancellationToken ct)
    {
        await register.RemoveAsync(id, http.Caller().Name, ct);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> ReplayAsync(string id, HttpContext http, WebhookRegister register, CancellationToken ct) =>
        TypedResults.Ok(await register.ReplayAsync(id, await http.ReadJsonAsync<ReplayRequest>(MaxBody), ct));
}
