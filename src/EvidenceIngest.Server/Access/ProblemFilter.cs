using System.Globalization;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Vault;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EvidenceIngest.Server.Access;

/// <summary>Stands around every endpoint: what was refused or is not reachable becomes a problem that says what to do.</summary>
internal sealed class ProblemFilter(CatalogueStart start) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            if (!start.IsReady)
                throw RequestRefusedException.Unavailable("服务器正在启动，等待数据库就绪，请稍后再试 / the server is starting: it waits for its database", TimeSpan.FromSeconds(2));
            return await next(context);
        }
        catch (RequestRefusedException e)
        {
            return Problem(context.HttpContext, e);
        }
        catch (VaultUnavailableException e)
        {
            return Problem(context.HttpContext, RequestRefusedException.Unavailable("保全库暂时不可用，请稍后再试 / the vault can't be used at the moment: " + e.Message, TimeSpan.FromSeconds(10)));
        }
        catch (CatalogueUnavailableException)
        {
            return Problem(context.HttpContext, RequestRefusedException.Unavailable("数据库暂时不可用，请稍后再试 / the catalogue's database can't be used at the moment", TimeSpan.FromSeconds(5)));
        }
    }

    private static ProblemHttpResult Problem(HttpContext http, RequestRefusedException refused)
    {
        if (refused.RetryAfter is { } wait)
            http.Response.Headers.RetryAfter = ((int)wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        if (refused.Status == StatusCodes.Status401Unauthorized)
            http.Response.Headers.WWWAuthenticate = "Bearer";
        return TypedResults.Problem(refused.Message, statusCode: refused.Status, extensions: refused.Extensions);
    }
}
