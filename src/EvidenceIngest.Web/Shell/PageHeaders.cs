using EvidenceIngest.Server.Api;
using EvidenceIngest.Web.Words;

namespace EvidenceIngest.Web.Shell;

/// <summary>What browsers are told about every page: nothing from outside, in no frame, no script that stands in the page itself.</summary>
internal static class PageHeaders
{
    // Attributes with style are how progress is drawn; style elements are not allowed, nor is any script but our files.
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; " +
        "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'";

    public static async Task AddAsync(HttpContext http, RequestDelegate next)
    {
        if (!ApiConventions.IsPage(http.Request.Path))
        {
            await next(http);
            return;
        }

        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XFrameOptions = "DENY";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), usb=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        await next(http);
        if (http.Response is { StatusCode: StatusCodes.Status404NotFound, HasStarted: false } && http.Request.Method == HttpMethods.Get)
            await SayMissingAsync(http);
    }

    private static Task SayMissingAsync(HttpContext http)
    {
        var (tag, title, back) = LanguageChoice.Of(http) == Language.English ? ("en", "There is no such page", "Back to the start") : ("zh-CN", "没有此页面，地址可能输入有误", "返回首页");
        http.Response.ContentType = "text/html; charset=utf-8";
        return http.Response.WriteAsync($"<!DOCTYPE html><html lang=\"{tag}\"><head><title>{title}</title></head><body><main><h1>{title}</h1><p><a href=\"/\">{back}</a></p></main></body></html>", http.RequestAborted);
    }
}
