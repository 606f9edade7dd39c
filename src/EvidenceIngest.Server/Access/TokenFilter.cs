using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Server.Access;

/// <summary>Who makes the request; put there by <see cref="TokenFilter"/>.</summary>
internal sealed record Caller(TokenKind Kind, string Name, Role? Role, string? DockId)
{
    /// <summary>Only on endpoints that require an operator's token.</summary>
    public Person Person => new(Name, Role ?? throw new InvalidOperationException("a dock is no person"));
}

/// <summary>Who acts, and as what.</summary>
internal sealed record Person(string Name, Role Role);

/// <summary>Lets a request pass when its bearer token is known, of the right kind, in force and wide enough.</summary>
internal sealed class TokenFilter(EvidenceCatalogue catalogue, AccessRefusals refusals, TimeProvider time)
{
    public async Task<Caller> AdmitAsync(HttpContext http, TokenKind kind, string? scope)
    {
        try
        {
            return await FindAsync(http, kind, scope);
        }
        catch (RequestRefusedException e)
        {
            await refusals.RecordAsync(http, e.Message);
            throw;
        }
    }

    private async Task<Caller> FindAsync(HttpContext http, TokenKind kind, string? scope)
    {
        const string Scheme = "Bearer ";
        var header = http.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || header.Length > 512)
            throw new RequestRefusedException(StatusCodes.Status401Unauthorized, "send 'Authorization: Bearer <token>'");
        var hash = Secret.Hash(header[Scheme.Length..].Trim());
        var token = await catalogue.ReadAsync(
            db => db.ApiTokens.SingleOrDefaultAsync(t => t.Hash == hash, http.RequestAborted), http.RequestAborted);
        if (token is null)
            throw new RequestRefusedException(StatusCodes.Status401Unauthorized, "the token is not known");
        if (token.RevokedAt is not null)
            throw new RequestRefusedException(StatusCodes.Status401Unauthorized, "the token was revoked");
        if (token.ExpiresAt <= time.GetUtcNow())
            throw new RequestRefusedException(StatusCodes.Status401Unauthorized, "the token has expired");
        if (token.Kind != kind)
            throw new RequestRefusedException(StatusCodes.Status403Forbidden, $"this needs a token of kind {kind}");
        if (scope is not null && !token.Scopes.Contains(scope))
            throw new RequestRefusedException(StatusCodes.Status403Forbidden, $"the token lacks the scope '{scope}'");
        return new Caller(token.Kind, token.Name, token.Role, token.DockId);
    }
}

internal static class TokenEndpoints
{
    private static readonly object CallerKey = new();

    public static TBuilder RequireToken<TBuilder>(this TBuilder endpoints, TokenKind kind, string? scope = null)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.AddEndpointFilter(async (context, next) =>
        {
            var filter = context.HttpContext.RequestServices.GetRequiredService<TokenFilter>();
            context.HttpContext.Items[CallerKey] = await filter.AdmitAsync(context.HttpContext, kind, scope);
            return await next(context);
        });

    public static Caller Caller(this HttpContext http) =>
        http.Items[CallerKey] as Caller ?? throw new InvalidOperationException("the endpoint asks who calls without requiring a token");

    /// <summary>The dock that calls; only on endpoints that require a dock's token.</summary>
    public static string DockId(this HttpContext http) =>
        http.Caller().DockId ?? throw new InvalidOperationException("a dock's token names no dock");
}
