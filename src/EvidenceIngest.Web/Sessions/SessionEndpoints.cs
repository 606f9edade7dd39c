using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.People;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Web.Sessions;

/// <summary>Logging in again inside an open page, and logging out.</summary>
internal static class SessionEndpoints
{
    private const int MaxBody = 16 << 10;

    public static void MapSessions(this IEndpointRouteBuilder web)
    {
        web.MapPost("/session", RenewAsync).ExcludeFromDescription();
        web.MapPost("/session/end", EndAsync).ExcludeFromDescription();
    }

    /// <summary>Answers a ticket for <see cref="RenewedSessions"/>.</summary>
    private static async Task RenewAsync(HttpContext http)
    {
        if (!IsOurs(http))
            return;
        try
        {
            var request = await http.ReadJsonAsync<LogInRequest>(MaxBody);
            var session = await http.RequestServices.GetRequiredService<LogIn>().RunAsync(request, http, http.RequestAborted);
            SessionCookie.Give(http, session);
            await http.Response.WriteAsJsonAsync(new { ticket = http.RequestServices.GetRequiredService<RenewedSessions>().Keep(session.Token), name = session.Name }, http.RequestAborted);
        }
        catch (RequestRefusedException e)
        {
            await TypedResults.Problem(e.Message, statusCode: e.Status, extensions: e.Extensions).ExecuteAsync(http);
        }
    }

    private static async Task EndAsync(HttpContext http)
    {
        if (!IsOurs(http))
            return;
        if (SessionCookie.Read(http) is { } token)
        {
            var sessions = http.RequestServices.GetRequiredService<Server.People.Sessions>();
            try
            {
                if (await sessions.FindAsync(Secret.Hash(token), [Scopes.Self], http.RequestAborted) is { SessionId: { } id, Account: { } account })
                    await sessions.EndAsync(account, id, http.RequestAborted);
            }
            catch (RequestRefusedException)
            {
                // It is over already.
            }
        }

        SessionCookie.Take(http);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>Cookies stay with their site, and so does this: a form elsewhere can't send such a request.</summary>
    private static bool IsOurs(HttpContext http)
    {
        if (http.Request.Headers["Sec-Fetch-Site"] == "same-origin" && http.Request.Headers["X-Requested-By"] == "evidence")
            return true;
        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        return false;
    }
}
