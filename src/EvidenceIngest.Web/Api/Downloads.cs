using System.Net.Http.Headers;
using EvidenceIngest.Web.Sessions;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Web.Api;

/// <summary>Files that the API answers, for a browser that has a session and no token to send: <c>/download/items?format=csv</c>.</summary>
internal static class Downloads
{
    private static readonly string[] Passed = ["Content-Disposition", "ETag", "Content-Range", "Accept-Ranges"];

    public static void MapDownloads(this IEndpointRouteBuilder web) =>
        web.MapGet("/download/{**path}", SendAsync).RequireAuthorization().ExcludeFromDescription();

    /// <summary>A page elsewhere could otherwise make a browser that is logged in ask for things that are recorded as handed out.</summary>
    public static bool IsOurs(HttpContext http)
    {
        if (http.Request.Headers["Sec-Fetch-Site"].ToString() is "same-origin" or "none")
            return true;
        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        return false;
    }

    private static async Task SendAsync(HttpContext http)
    {
        if (!IsOurs(http))
            return;
        var service = http.RequestServices.GetRequiredService<ServiceAddress>();
        var raw = http.Request.Path.ToUriComponent()["/download/".Length..];
        using var request = new HttpRequestMessage(HttpMethod.Get, raw + http.Request.QueryString);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", SessionCookie.TokenOf(http.User));
        if (http.Request.Headers.Range.Count > 0)
            request.Headers.TryAddWithoutValidation("Range", http.Request.Headers.Range.ToString());
        using var response = await service.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, http.RequestAborted);
        http.Response.StatusCode = (int)response.StatusCode;
        http.Response.ContentType = response.Content.Headers.ContentType?.ToString();
        http.Response.ContentLength = response.Content.Headers.ContentLength;
        foreach (var name in Passed)
        {
            if (response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values))
                http.Response.Headers[name] = values.ToArray();
        }

        // What was written elsewhere is shown as it is and runs nothing, whatever it contains.
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'";
        http.Response.Headers.CacheControl = "no-store";
        await response.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
    }
}
