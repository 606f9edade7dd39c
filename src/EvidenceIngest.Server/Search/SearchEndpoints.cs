using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Items;

namespace EvidenceIngest.Server.Search;

internal static class SearchEndpoints
{
    private const int MaxBody = 8 << 10;

    /// <summary>What a search can be asked by, and saved with.</summary>
    public static readonly IReadOnlyList<string> Parameters =
        ["q", "state", "recorder", "officer", "unit", "dock", "from", "to", "lack", "kind", "case", "matter", "place", "finding", "order"];

    public static void Map(IEndpointRouteBuilder api)
    {
        // What was found shows words that were said: it takes the right that a link to the recording takes.
        api.MapGet("/search", FindAsync).RequireToken(TokenKind.Operator, Scopes.Link).Concerns(Data.Checked).WithTags("Search")
            .Produces<SearchPage>().ProducesProblem(StatusCodes.Status400BadRequest);
        var rebuild = api.MapGroup("/search/rebuild").RequireToken(TokenKind.Operator, Scopes.System).Concerns(Data.Installation).WithTags("Search");
        rebuild.MapGet("", (SearchRebuild running) => TypedResults.Ok(running.Progress));
        rebuild.MapPost("", async (SearchRebuild running, CancellationToken ct) => TypedResults.Ok(await running.StartAsync(ct))).ProducesProblem(StatusCodes.Status409Conflict);
        var saved = api.MapGroup("/me/searches").RequireToken(TokenKind.Operator, Scopes.Self).Concerns(Data.CallersOwn).WithTags("Search");
        saved.MapGet("", async (HttpContext http, SavedSearches searches, CancellationToken ct) => TypedResults.Ok(await searches.ListAsync(http.Caller().Self.Id, ct)));
        saved.MapPut("/{name}", SaveAsync).Accepts<SavedSearchRequest>("application/json").Produces<SavedSearchView>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict);
        saved.MapDelete("/{name}", DeleteAsync).Produces(StatusCodes.Status204NoContent);
    }

    /// <summary>Newest first unless relevance is asked for.</summary>
    /// <exception cref="RequestRefusedException">400 for anything else.</exception>
    public static bool IsByRelevance(string? order) => order switch
    {
        null or "" or "newest" => false,
        "relevance" => true,
        _ => throw RequestRefusedException.Invalid("order", "排序方式应为最新（newest）或相关度（relevance） / must be newest or relevance"),
    };

    private static async Task<IResult> FindAsync(
        HttpContext http, Searching searching, ServerOptions options, TimeProvider time, [AsParameters] ItemQuery query, CancellationToken ct,
        string? order = null, bool count = false, string? cursor = null, int limit = 20)
    {
        var filter = query.Filter(http.Caller().Reach, options, time.GetUtcNow()) with { Said = true };
        var byRelevance = IsByRelevance(order);
        if (string.IsNullOrEmpty(cursor))
            await searching.RecordAsync(filter, http.Caller(), ct);
        http.Response.Headers.CacheControl = "private, no-store";
        return TypedResults.Ok(await searching.FindAsync(filter, byRelevance, cursor, limit, count, ct));
    }

    private static async Task<IResult> SaveAsync(string name, HttpContext http, SavedSearches searches, CancellationToken ct) =>
        TypedResults.Ok(await searches.SaveAsync(http.Caller().Self.Id, Texts.FromRoute(name), await http.ReadJsonAsync<SavedSearchRequest>(MaxBody), ct));

    private static async Task<IResult> DeleteAsync(string name, HttpContext http, SavedSearches searches, CancellationToken ct)
    {
        await searches.DeleteAsync(http.Caller().Self.Id, Texts.FromRoute(name), ct);
        return TypedResults.NoContent();
    }
}
