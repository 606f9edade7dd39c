using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Vault;
using Microsoft.Net.Http.Headers;

namespace EvidenceIngest.Server.Items;

/// <summary>Serves renditions through links; the vault itself is never exposed.</summary>
internal static class MediaEndpoint
{
    private const int LongestToken = 100;

    /// <summary>With a name, what belongs to the rendition that the link is for: the same link, the same checks, the same look.</summary>
    public static void MapMedia(this IEndpointRouteBuilder app)
    {
        Describe(app.MapMethods("/media/{token}", [HttpMethods.Get, HttpMethods.Head], OpenAsync));
        Describe(app.MapMethods("/media/{token}/{file}", [HttpMethods.Get, HttpMethods.Head], OpenFileAsync));

        static void Describe(RouteHandlerBuilder route) => route.WithTags("Media")
            .Produces<Stream>(StatusCodes.Status200OK, "application/octet-stream").ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status410Gone);
    }

    private static Task<IResult> OpenAsync(string token, HttpContext http, MediaLinks links, AccessRefusals refusals, RateLimits limits, IVault vault, CancellationToken ct) =>
        OpenFileAsync(token, null, http, links, refusals, limits, vault, ct);

    private static async Task<IResult> OpenFileAsync(string token, string? file, HttpContext http, MediaLinks links, AccessRefusals refusals, RateLimits limits, IVault vault, CancellationToken ct)
    {
        limits.DemandLink(token.Length > LongestToken ? "" : token);
        if (token.Length > LongestToken)
            throw RequestRefusedException.NotFound("链接无效或已过期，请重新取得 / the link is not known");
        StoredRendition rendition;
        try
        {
            rendition = await links.OpenAsync(token, file, Networks.From(http), ct);
        }
        catch (RequestRefusedException e) when (e.Status is StatusCodes.Status404NotFound or StatusCodes.Status403Forbidden)
        {
            limits.DemandStranger(http);
            // A link that came to somebody else's hands is worth knowing of.
            if (e.Status == StatusCodes.Status403Forbidden)
                await refusals.RecordAsync(http, e.Message);
            throw;
        }

        Protect(http.Response.Headers);
#pragma warning disable CA2000 // The result disposes it when it is written.
        var content = new RenditionStream(vault, new VaultVersion(rendition.Bucket, rendition.Key, rendition.VersionId), rendition.Bytes, EndOf(http.Request, rendition.Bytes));
#pragma warning restore CA2000
        return TypedResults.Stream(
            content,
            rendition.ContentType,
            lastModified: rendition.MadeAt,
            entityTag: new EntityTagHeaderValue($"\"{rendition.Sha256}\""),
            enableRangeProcessing: true);
    }

    /// <summary>Where what is asked for ends, as far as a single range says so: the store needs to send no more.</summary>
    public static long EndOf(HttpRequest request, long length) =>
        request.GetTypedHeaders().Range is { Unit.Value: "bytes", Ranges: { Count: 1 } ranges } && ranges.Single() is { From: not null, To: { } last } && last < length ? last + 1 : length;

    /// <summary>Nothing is kept by browsers and caches, nothing is told to other sites, nothing in it runs.</summary>
    public static void Protect(IHeaderDictionary headers)
    {
        headers.CacheControl = "private, no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; media-src 'self'; img-src 'self'; sandbox";
        headers["Referrer-Policy"] = "no-referrer";
    }
}
