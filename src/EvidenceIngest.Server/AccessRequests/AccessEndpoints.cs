using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Vault;
using EvidenceIngest.Server.Items;
using Microsoft.Net.Http.Headers;

namespace EvidenceIngest.Server.AccessRequests;

internal static class AccessEndpoints
{
    private const int MaxBody = 64 << 10;
    private const int LongestToken = 100;

    public static void Map(IEndpointRouteBuilder api)
    {
        // Parties' names and papers are for those who deal with requests, not for all who read the register.
        var seen = api.MapGroup("/access-requests").RequireToken(TokenKind.Operator, Scopes.EnterAccess, Scopes.DecideAccess).WithTags("Access requests");
        seen.MapGet("", async (HttpContext http, AccessReading requests, CancellationToken ct) =>
            TypedResults.Ok(await requests.ListAsync(http.Caller().Reach, ct))).Concerns(Data.Checked);
        seen.MapGet("/{id}", async (string id, AccessReading requests, CancellationToken ct) => TypedResults.Ok(await requests.FindAsync(Id(id), ct))).Concerns(Data.AccessRequest);
        seen.MapPost("/{id}/withdraw", WithdrawAsync).Concerns(Data.AccessRequest).Accepts<AccessWord>("application/json").Produces<AccessRequestView>();

        var custodians = api.MapGroup("/access-requests").RequireToken(TokenKind.Operator, Scopes.EnterAccess).WithTags("Access requests");
        custodians.MapPost("", EnterAsync).Concerns(Data.Checked).Accepts<AccessRequestEntry>("application/json").Produces<AccessRequestView>(StatusCodes.Status201Created);
        custodians.MapPost("/{id}/open", async (string id, HttpContext http, AccessOpening opening, CancellationToken ct) =>
            TypedResults.Ok(await opening.OpenAsync(Id(id), http.Caller(), ct))).Concerns(Data.AccessRequest);
        custodians.MapPost("/{id}/links", LinkAsync).Concerns(Data.AccessRequest).Accepts<AccessLinkRequest>("application/json").Produces<AccessLinkAnswer>(StatusCodes.Status201Created).AnswersSecret();

        api.MapPost("/access-requests/{id}/decide", DecideAsync).RequireToken(TokenKind.Operator, Scopes.DecideAccess).Concerns(Data.AccessRequest).WithTags("Access requests")
            .Accepts<AccessDecision>("application/json").Produces<AccessRequestView>();
    }

    /// <summary>Open to whoever has the link; what it shows is limited by the link.</summary>
    public static void MapAccessMedia(this IEndpointRouteBuilder app) =>
        app.MapMethods("/media/access/{token}", [HttpMethods.Get, HttpMethods.Head], OpenAsync).WithTags("Media")
            .Produces<Stream>(StatusCodes.Status200OK, "application/octet-stream").ProducesProblem(StatusCodes.Status410Gone);

    private static async Task<IResult> EnterAsync(HttpContext http, AccessRegister requests, TimeProvider time, CancellationToken ct)
    {
        var entered = await requests.EnterAsync(Repeats.MadeId(http, time), await http.ReadJsonAsync<AccessRequestEntry>(MaxBody), http.Caller(), ct);
        return TypedResults.Created($"/api/v1/access-requests/{entered.Request}", entered);
    }

    private static async Task<IResult> DecideAsync(string id, HttpContext http, AccessDecisions decisions, CancellationToken ct) =>
        TypedResults.Ok(await decisions.DecideAsync(Id(id), await http.ReadJsonAsync<AccessDecision>(MaxBody), http.Caller(), ct));

    private static async Task<IResult> WithdrawAsync(string id, HttpContext http, AccessRegister requests, CancellationToken ct) =>
        TypedResults.Ok(await requests.WithdrawAsync(Id(id), await http.ReadJsonAsync<AccessWord>(MaxBody), http.Caller(), ct));

    private static async Task<IResult> LinkAsync(string id, HttpContext http, AccessOpening opening, CancellationToken ct)
    {
        var link = await opening.LinkAsync(Id(id), await http.ReadJsonAsync<AccessLinkRequest>(MaxBody), http.Caller(), ct);
        var absolute = link with { Url = $"{http.Request.Scheme}://{http.Request.Host}{link.Url}" };
        return TypedResults.Created(absolute.Url, absolute);
    }

    private static async Task<IResult> OpenAsync(string token, HttpContext http, AccessLooks looks, IVault vault, CancellationToken ct)
    {
        if (token.Length > LongestToken)
            throw RequestRefusedException.NotFound("链接无效或已过期，请重新取得 / the link is not known");
        var address = http.Connection.RemoteIpAddress?.ToString() ?? "unknown";
        var rendition = await looks.OpenAsync(token, address, ct);
        MediaEndpoint.Protect(http.Response.Headers);
        // For looking at, in the browser: nothing offers to save it.
        http.Response.Headers.ContentDisposition = "inline";
#pragma warning disable CA2000 // The result disposes it when it is written.
        var content = new RenditionStream(vault, new VaultVersion(rendition.Bucket, rendition.Key, rendition.VersionId), rendition.Bytes, MediaEndpoint.EndOf(http.Request, rendition.Bytes));
#pragma warning restore CA2000
        return TypedResults.Stream(
            content, rendition.ContentType, lastModified: rendition.MadeAt, entityTag: new EntityTagHeaderValue($"\"{rendition.Sha256}\""), enableRangeProcessing: true);
    }

    private static string Id(string id)
    {
        Texts.Demand(id, "access request", 100);
        return id;
    }
}
