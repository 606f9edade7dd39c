using EvidenceIngest.Server.Access;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Server.Api;

/// <summary>What holds for every address, also for those that lead nowhere: errors are problems (RFC 9457) and say what to do.</summary>
internal static class ApiConventions
{
    public const string OpenApi = "/openapi/v1.json";

    private static readonly string[] ForPrograms = ["/api", "/media", "/openapi", "/health"];

    public static IServiceCollection AddApiConventions(this IServiceCollection services)
    {
        services.AddOpenApi("v1", ApiDocument.Describe);
        // Wherever it runs, what went wrong inside is for the log and not for whoever asked.
        return services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = false);
    }

    /// <summary>Comes before the routes.</summary>
    public static void UseApiConventions(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandler = ExplainAsync,
            StatusCodeSelector = failure => failure is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError,
        });
        // What routing itself refuses (415, 405, 404) gets a problem as its body, too: also for whoever would rather have a page. The
        // pages say by themselves that there is none of that name.
        app.UseStatusCodePages(context => ExplainAsync(context.HttpContext));
        app.Use(RefuseBrokenAddressAsync);
        app.Use((http, next) =>
        {
            // The framework takes the document's name from the query, and says in plain text that there is none of that name.
            if (http.Request.Path == OpenApi)
                http.Request.QueryString = QueryString.Empty;
            return next(http);
        });
    }

    /// <summary>Whether the address belongs to the pages: everything that is none of the API's.</summary>
    public static bool IsPage(PathString path) =>
        !ForPrograms.Any(own => path.StartsWithSegments(own, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// No name of ours has control characters, and none is broken Unicode: such a value can only do harm further on, where PostgreSQL
    /// takes no U+0000 and an answer's header no line break.
    /// </summary>
    private static Task RefuseBrokenAddressAsync(HttpContext http, RequestDelegate next)
    {
        if (IsText(http.Request.Path.Value) && http.Request.Query.All(q => IsText(q.Key) && q.Value.All(IsText)))
            return next(http);
        http.Response.StatusCode = StatusCodes.Status400BadRequest;
        return Task.CompletedTask;
    }

    // The decoder puts U+FFFD where bytes were no UTF-8.
    private static bool IsText(string? text) => text is null || (!text.Contains('\uFFFD', StringComparison.Ordinal) && Texts.Fault(text) is null);

    private static Task ExplainAsync(HttpContext http) =>
        TypedResults.Problem(Explain(http, http.Response.StatusCode), statusCode: http.Response.StatusCode).ExecuteAsync(http);

    private static string Explain(HttpContext http, int status) => status switch
    {
        StatusCodes.Status400BadRequest => "地址、查询条件中有不符合要求的内容：数字应为阿拉伯数字，编号应与系统给出的一致，文字不得含控制字符 / a part of the address, of the query or of the headers is not what it has to be: numbers in digits, ids as they were given, text without control characters",
        StatusCodes.Status404NotFound => "该地址没有内容 / there is nothing at this address: look it up in /openapi/v1.json",
        StatusCodes.Status405MethodNotAllowed => $"该地址不接受 {http.Request.Method} 请求 / this address doesn't take {http.Request.Method}: the header Allow names what it takes",
        StatusCodes.Status413PayloadTooLarge => "提交的内容过大，服务器不能接收 / the body is larger than this server takes",
        StatusCodes.Status415UnsupportedMediaType => "提交的内容应为 JSON / the body must be application/json",
        StatusCodes.Status416RangeNotSatisfiable => "请求的范围超出内容长度 / the range lies outside of the content: ask without Range for its length",
        StatusCodes.Status500InternalServerError => "服务器处理本次请求时出错，已做的改动均已撤销。详情记入日志，请联系系统管理员，处理后再试 / the server failed at this request; what it had begun was undone. Its log has the failure: ask whoever runs it, and repeat the request afterwards",
        _ => ReasonPhrases.GetReasonPhrase(status) is { Length: > 0 } reason ? reason : "请求未获准 / the request was not granted",
    };
}
