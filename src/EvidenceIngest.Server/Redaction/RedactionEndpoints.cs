using System.Globalization;
using System.Text;
using System.Text.Json;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Items;

namespace EvidenceIngest.Server.Redaction;

/// <summary>Custodians and heads order and review; a program can't judge what a picture shows.</summary>
internal static class RedactionEndpoints
{
    private const int MaxPlan = 4 << 20;
    private const int MaxVerdict = 8 << 10;

    public static void Map(IEndpointRouteBuilder api, IEndpointRouteBuilder readers)
    {
        readers.MapGet("/items/{id}/redactions", async (string id, RedactionOrders orders, CancellationToken ct) => TypedResults.Ok(await orders.ListAsync(id, ct)))
            .Concerns(Data.Item).WithTags("Redactions").Produces<RedactionView[]>();
        var people = api.MapGroup("/items/{id}/redactions").RequireToken(TokenKind.Operator, Scopes.EnterAccess, Scopes.DecideAccess).Concerns(Data.Item).WithTags("Redactions");
        people.MapPost("", OrderAsync).Accepts<RedactionRequest>("application/json").Produces<RedactionView>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status409Conflict);
        people.MapGet("/{redaction}", async (string id, string redaction, RedactionOrders orders, CancellationToken ct) => TypedResults.Ok(await orders.FindAsync(id, Number(redaction), ct)))
            .Produces<RedactionDetail>().ProducesProblem(StatusCodes.Status404NotFound);
        people.MapPost("/{redaction}/preview", PreviewAsync).Produces<LinkAnswer>(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status409Conflict).AnswersSecret();
        people.MapPost("/{redaction}/review", ReviewAsync).Accepts<RedactionVerdict>("application/json").Produces<RedactionView>().ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> OrderAsync(string id, HttpContext http, RedactionOrders orders, TimeProvider time, CancellationToken ct)
    {
        var (request, body) = await http.ReadJsonAndBytesAsync<RedactionRequest>(MaxPlan);
        using var sent = JsonDocument.Parse(body);
        var plan = sent.RootElement.EnumerateObject().Single(m => m.Name.Equals("plan", StringComparison.OrdinalIgnoreCase)).Value;
        var made = await orders.OrderAsync(Repeats.MadeId(http, time), id, request, Encoding.UTF8.GetBytes(plan.GetRawText()), http.Caller().Name, ct);
        return TypedResults.Accepted($"/api/v1/items/{Uri.EscapeDataString(id)}/redactions/{made.Redaction}", made);
    }

    private static async Task<IResult> PreviewAsync(string id, string redaction, HttpContext http, RedactionReviews reviews, CancellationToken ct)
    {
        var link = await reviews.PreviewAsync(id, Number(redaction), http.Caller().Name, ct);
        var absolute = link with { Url = $"{http.Request.Scheme}://{http.Request.Host}{link.Url}" };
        return TypedResults.Created(absolute.Url, absolute);
    }

    private static async Task<IResult> ReviewAsync(string id, string redaction, HttpContext http, RedactionReviews reviews, CancellationToken ct) =>
        TypedResults.Ok(await reviews.ReviewAsync(id, Number(redaction), await http.ReadJsonAsync<RedactionVerdict>(MaxVerdict), http.Caller().Name, ct));

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw RequestRefusedException.NotFound("遮蔽件编号应为数字 / a redaction is named by its number");
}
