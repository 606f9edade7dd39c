using System.Net;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Server.Access;

/// <summary>Who makes the request; put there by <see cref="TokenFilter"/>.</summary>
/// <param name="Kind">A dock or somebody who operates the service.</param>
/// <param name="Name">As custody events name them.</param>
/// <param name="Role">The one that lets them make this request; null for docks and on one's own account.</param>
/// <param name="DockId">Of docks.</param>
/// <param name="Reach">The units in which they hold that role.</param>
/// <param name="Account">Of people.</param>
/// <param name="SessionId">Of people.</param>
/// <param name="TokenId">Of programs and docks.</param>
internal sealed record Caller(TokenKind Kind, string Name, Role? Role, string? DockId, Reach Reach, Account? Account = null, Guid? SessionId = null, Guid? TokenId = null)
{
    /// <summary>Only on endpoints that require a scope of roles.</summary>
    public Person Person => new(Name, Role ?? throw new InvalidOperationException("the endpoint asks for a role without requiring a scope"));

    /// <summary>Only on endpoints that require <see cref="Scopes.Self"/> or <see cref="Scopes.Own"/>.</summary>
    public Account Self => Account ?? throw new InvalidOperationException("the endpoint asks for an account without requiring one");
}

/// <summary>Who acts, and as what.</summary>
internal sealed record Person(string Name, Role Role);

/// <summary>Lets a request pass when its bearer token, a system's or a session's, is known, of the right kind, in force and wide enough.</summary>
internal sealed class TokenFilter(EvidenceCatalogue catalogue, Sessions sessions, AccessRefusals refusals, RateLimits limits, TimeProvider time)
{
    private const string Scheme = "Bearer ";

    public async Task<Caller> AdmitAsync(HttpContext http, TokenKind kind, IReadOnlyList<string> anyOf)
    {
        try
        {
            var caller = await FindAsync(http, kind, anyOf);
            limits.Demand(caller);
            return caller;
        }
        catch (RequestRefusedException e)
        {
            await refusals.RecordAsync(http, e.Message);
            if (e.Status == StatusCodes.Status401Unauthorized)
                limits.DemandStranger(http);
            throw;
        }
    }

    private async Task<Caller> FindAsync(HttpContext http, TokenKind kind, IReadOnlyList<string> anyOf)
    {
        var ct = http.RequestAborted;
        var header = http.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || header.Length > 512)
            throw new RequestRefusedException(StatusCodes.Status401Unauthorized, "send 'Authorization: Bearer <token>'");
        var hash = Secret.Hash(header[Scheme.Length..].Trim());
        var token = await catalogue.ReadAsync(db => db.ApiTokens.SingleOrDefaultAsync(t => t.Hash == hash, ct), ct);
        if (token is not null)
            return await AdmitSystemAsync(token, Networks.From(http), kind, anyOf, ct);
        if (await sessions.FindAsync(hash, anyOf, ct) is not { } session)
            throw new RequestRefusedException(StatusCodes.Status401Unauthorized, "the token is not known");
        return kind == TokenKind.Operator ? session : throw WrongKind(kind);
    }

    private async Task<Caller> AdmitSystemAsync(ApiToken token, IPAddress? from, TokenKind kind, IReadOnlyList<string> anyOf, CancellationToken ct)
    {
        if (token.RevokedAt is not null)
            throw new RequestRefusedException(StatusCodes.Status401Unauthorized, "the token was revoked");
        if (token.ExpiresAt <= time.GetUtcNow())
            throw new RequestRefusedException(StatusCodes.Status401Unauthorized, "the token has expired");
        if (!Networks.Allow(token.Addresses, from))
            throw new RequestRefusedException(StatusCodes.Status403Forbidden, "the token does not work from this address");
        if (token.Kind != kind)
            throw WrongKind(kind);
        if (anyOf.Count > 0 && !anyOf.Any(token.Scopes.Contains))
            throw Lacks(anyOf);
        // No program sees state secrets, nor does the machine's owner through the service.
        var reach = token.UnitId is null ? Reach.AllUnits : await catalogue.ReadAsync(db => Reach.BelowAsync(db, [token.UnitId], [], ct), ct);
        return new Caller(token.Kind, token.Name, token.Role, token.DockId, reach, TokenId: token.Id);
    }

    public static RequestRefusedException Lacks(IReadOnlyList<string> anyOf) =>
        new(StatusCodes.Status403Forbidden, $"您的岗位没有此项权限 / this needs the right to '{string.Join("' or '", anyOf)}'");

    private static RequestRefusedException WrongKind(TokenKind kind) => new(StatusCodes.Status403Forbidden, $"this needs a token of kind {kind}");
}

/// <summary>What an endpoint demands of its caller; tests read it from the routes.</summary>
internal sealed record TokenDemand(TokenKind Kind, IReadOnlyList<string> AnyOf);

internal static class TokenEndpoints
{
    private static readonly object CallerKey = new();

    public static TBuilder RequireToken<TBuilder>(this TBuilder endpoints, TokenKind kind, params string[] anyOf)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.WithMetadata(new TokenDemand(kind, anyOf)).AddEndpointFilter(async (context, next) =>
        {
            var filter = context.HttpContext.RequestServices.GetRequiredService<TokenFilter>();
            context.HttpContext.Items[CallerKey] = await filter.AdmitAsync(context.HttpContext, kind, anyOf);
            return await next(context);
        });

    public static Caller Caller(this HttpContext http) =>
        http.Items[CallerKey] as Caller ?? throw new InvalidOperationException("the endpoint asks who calls without requiring a token");

    /// <summary>The dock that calls; only on endpoints that require a dock's token.</summary>
    public static string DockId(this HttpContext http) =>
        http.Caller().DockId ?? throw new InvalidOperationException("a dock's token names no dock");
}
