using System.Security.Claims;
using System.Text.Encodings.Web;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.People;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EvidenceIngest.Web.Sessions;

/// <summary>The cookie holds a session's token and nothing else; whether the session is in force is looked up each time.</summary>
internal static class SessionCookie
{
    public const string Scheme = "session";

    private const string Name = "evidence-session";
    private const string TokenClaim = "token";

    public static void Give(HttpContext http, LogInAnswer session) => http.Response.Cookies.Append(Name, session.Token, new CookieOptions
    {
        HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = http.Request.IsHttps, Path = "/", Expires = session.ExpiresAt, IsEssential = true,
    });

    public static void Take(HttpContext http) => http.Response.Cookies.Delete(Name);

    public static string? Read(HttpContext http) => http.Request.Cookies[Name] is { Length: > 0 and < 512 } token ? token : null;

    public static ClaimsPrincipal Person(string name, string token) => new(new ClaimsIdentity([new Claim(ClaimTypes.Name, name), new Claim(TokenClaim, token)], Scheme));

    /// <summary>Stays in this process's memory: pages are drawn here, and browsers only get the drawing.</summary>
    public static string? TokenOf(ClaimsPrincipal person) => person.FindFirst(TokenClaim)?.Value;
}

/// <summary>Says who a browser belongs to.</summary>
internal sealed class SessionCookieHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, Server.People.Sessions sessions)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // A film is fetched in many ranges, each by the right that its link is.
        if (!ApiConventions.IsPage(Request.Path) || SessionCookie.Read(Context) is not { } token)
            return AuthenticateResult.NoResult();
        try
        {
            return await sessions.FindAsync(Secret.Hash(token), [Scopes.Self], Context.RequestAborted) is { } caller
                ? AuthenticateResult.Success(new AuthenticationTicket(SessionCookie.Person(caller.Name, token), SessionCookie.Scheme))
                : AuthenticateResult.NoResult();
        }
        catch (RequestRefusedException)
        {
            return AuthenticateResult.NoResult();
        }
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Redirect("/login?back=" + Uri.EscapeDataString(Request.Path + Request.QueryString));
        return Task.CompletedTask;
    }
}
