using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Catalogue;

namespace EvidenceIngest.Server.Retention;

internal static class RetentionEndpoints
{
    private const int MaxBody = 256 << 10;

    public static void Map(IEndpointRouteBuilder api, IEndpointRouteBuilder readers)
    {
        readers.MapGet("/retention/classes", async (RetentionClasses classes, CancellationToken ct) => TypedResults.Ok(await classes.ListAsync(ct))).Concerns(Data.Everybodys).WithTags("Retention");
        readers.MapGet("/items/{id}/retention", async (string id, RetentionClasses classes, CancellationToken ct) => TypedResults.Ok(await classes.OfItemAsync(Id(id), ct)))
            .Concerns(Data.Item).WithTags("Retention");
        readers.MapGet("/holds", async (HttpContext http, Holds holds, CancellationToken ct, string? released = null) =>
            TypedResults.Ok(await holds.ListAsync(http.Caller().Reach, released == "true", ct))).Concerns(Data.Checked).WithTags("Retention");

        var rules = api.MapGroup("").RequireToken(TokenKind.Operator, Scopes.Retention).WithTags("Retention");
        rules.MapPut("/retention/classes/{id}", SetAsync).Concerns(Data.Installation).Accepts<RetentionClassRequest>("application/json").Produces<RetentionClassView>();
        rules.MapPut("/items/{id}/retention", GiveAsync).Concerns(Data.Item).Accepts<ItemRetentionRequest>("application/json").Produces<ItemRetentionView>();
        api.MapGroup("").RequireToken(TokenKind.Operator, Scopes.Hold).WithTags("Retention")
            .MapPost("/holds", PlaceAsync).Concerns(Data.Checked).Accepts<HoldRequest>("application/json").Produces<HoldView>(StatusCodes.Status201Created);
        api.MapGroup("").RequireToken(TokenKind.Operator, Scopes.ReleaseHold).WithTags("Retention")
            .MapPost("/holds/{id}/release", ReleaseAsync).Concerns(Data.Hold).Accepts<HoldRelease>("application/json").Produces<HoldView>();
    }

    private static async Task<IResult> SetAsync(string id, HttpContext http, RetentionClasses classes, CancellationToken ct) =>
        http.Tagged(await classes.SetAsync(id, await http.ReadJsonAsync<RetentionClassRequest>(MaxBody), http.Caller().Name, ct, Precondition.Of(http)));

    private static async Task<IResult> GiveAsync(string id, HttpContext http, RetentionClasses classes, CancellationToken ct)
    {
        await classes.GiveAsync(Id(id), await http.ReadJsonAsync<ItemRetentionRequest>(MaxBody), http.Caller().Name, ct);
        return TypedResults.Ok(await classes.OfItemAsync(id, ct));
    }

    private static async Task<IResult> PlaceAsync(HttpContext http, Holds holds, EvidenceCatalogue catalogue, TimeProvider time, CancellationToken ct)
    {
        var request = await http.ReadJsonAsync<HoldRequest>(MaxBody);
        await catalogue.DemandItemsAsync(http.Caller().Reach, request.Items ?? [], ct);
        if (request.Case is { } number)
            await catalogue.DemandCaseAsync(http.Caller().Reach, number, ct);
        var hold = await holds.PlaceAsync(Repeats.MadeId(http, time), request, http.Caller().Person, ct);
        return TypedResults.Created((string?)null, hold);
    }

    private static async Task<IResult> ReleaseAsync(string id, HttpContext http, Holds holds, CancellationToken ct) =>
        TypedResults.Ok(await holds.ReleaseAsync(id, await http.ReadJsonAsync<HoldRelease>(MaxBody), http.Caller().Person, ct));

    private static string Id(string id)
    {
        Texts.Demand(id, "item", 100);
        return id;
    }
}
