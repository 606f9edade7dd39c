using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Access;

/// <summary>Gives people and systems tokens, and takes them back at once.</summary>
internal sealed class Tokens(EvidenceCatalogue catalogue, TimeProvider time)
{
    private const int LongestDays = 366;

    public async Task<IssuedToken> IssueAsync(TokenRequest request, string by, CancellationToken ct)
    {
        Texts.Demand(request.Name, "name", 100);
        if (request.Role == Role.Local)
            throw RequestRefusedException.Invalid("role", "Local is the machine's own");
        if (request.Days is < 1 or > LongestDays)
            throw RequestRefusedException.Invalid("days", $"must be 1 to {LongestDays}");
        var secret = Secret.NewToken();
        var now = time.GetUtcNow();
        var token = new ApiToken
        {
            Id = Guid.CreateVersion7(now), Hash = Secret.Hash(secret), Kind = TokenKind.Operator, Name = request.Name, Role = request.Role,
            Scopes = Scopes.Of(request.Role), IssuedBy = by, CreatedAt = now, ExpiresAt = now.AddDays(request.Days),
        };
        await catalogue.WriteAsync(
            async db =>
            {
                if (await db.ApiTokens.AnyAsync(t => t.Id == token.Id, ct))
                    return;
                db.Add(token);
                await db.AppendToServiceAsync(
                    new NewEvent(now, Actors.Operator(by), CustodyEventKind.TokenIssued, $"{token.Id}: {token.Name}, {token.Role}, until {token.ExpiresAt:O}"), ct);
            },
            ct);
        return new IssuedToken(View(token), secret);
    }

    public async Task<IReadOnlyList<TokenView>> ListAsync(CancellationToken ct) =>
        [.. (await catalogue.ReadAsync(db => db.ApiTokens.OrderBy(t => t.CreatedAt).ToListAsync(ct), ct)).Select(View)];

    /// <summary>Idempotent.</summary>
    public Task<TokenView> RevokeAsync(string id, string by, CancellationToken ct) => catalogue.WriteAsync(
        async db =>
        {
            var token = (Guid.TryParse(id, out var number) ? await db.ApiTokens.SingleOrDefaultAsync(t => t.Id == number, ct) : null) ?? throw RequestRefusedException.NotFound($"there is no token {id}");
            if (token.RevokedAt is null)
            {
                token.RevokedAt = time.GetUtcNow();
                await db.AppendToServiceAsync(
                    new NewEvent(token.RevokedAt.Value, Actors.Operator(by), CustodyEventKind.TokenRevoked, $"{token.Id}: {token.Name}, {token.Role?.ToString() ?? "dock"}"), ct);
            }

            return View(token);
        },
        ct);

    private static TokenView View(ApiToken t) => new(t.Id, t.Name, t.Kind == TokenKind.Dock, t.Role, t.Scopes, t.IssuedBy, t.CreatedAt, t.ExpiresAt, t.RevokedAt);
}

/// <param name="Name">Whose it is, as custody events name them.</param>
/// <param name="Role">What they may do.</param>
/// <param name="Days">How long it works, 1 to 366.</param>
public sealed record TokenRequest(string Name, Role Role, int Days = 90);

/// <param name="Token">What is known about it.</param>
/// <param name="Secret">The token itself; shown once.</param>
public sealed record IssuedToken(TokenView Token, string Secret);

/// <param name="Id">For revoking it.</param>
/// <param name="Name">Whose it is.</param>
/// <param name="IsDock">A dock's, from its enrolment.</param>
/// <param name="Role">Null for docks.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="IssuedBy">Null for those that the machine made for itself.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="ExpiresAt">UTC; null for never.</param>
/// <param name="RevokedAt">UTC; null while in force.</param>
public sealed record TokenView(
    Guid Id, string Name, bool IsDock, Role? Role, IReadOnlyList<string> Scopes, string? IssuedBy, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt);

internal static class TokenAdministration
{
    private const int MaxBody = 16 << 10;

    public static void Map(IEndpointRouteBuilder api)
    {
        var tokens = api.MapGroup("/tokens").RequireToken(TokenKind.Operator, Scopes.Tokens).WithTags("Tokens");
        tokens.MapPost("", IssueAsync).Accepts<TokenRequest>("application/json").Produces<IssuedToken>(StatusCodes.Status201Created);
        tokens.MapGet("", async (Tokens all, CancellationToken ct) => TypedResults.Ok(await all.ListAsync(ct)));
        tokens.MapDelete("/{id}", async (string id, HttpContext http, Tokens all, CancellationToken ct) =>
            TypedResults.Ok(await all.RevokeAsync(id, http.Caller().Name, ct)));
    }

    private static async Task<IResult> IssueAsync(HttpContext http, Tokens tokens, CancellationToken ct)
    {
        var issued = await tokens.IssueAsync(await http.ReadJsonAsync<TokenRequest>(MaxBody), http.Caller().Name, ct);
        return TypedResults.Created($"/api/v1/tokens/{issued.Token.Id}", issued);
    }
}
