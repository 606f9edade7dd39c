using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.People;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Access;

/// <summary>Gives people and systems tokens, and takes them back at once.</summary>
internal sealed class Tokens(EvidenceCatalogue catalogue, TimeProvider time)
{
    private const int LongestDays = 366;

    public async Task<IssuedToken> IssueAsync(TokenRequest request, Caller by, CancellationToken ct)
    {
        Texts.Demand(request.Name, "name", 100);
        if (request.Role != Role.CaseSystem)
            throw RequestRefusedException.Invalid("role", $"令牌只发给程序（{Role.CaseSystem}），人员使用账号登录 / tokens are for programs, as {Role.CaseSystem}; people have accounts");
        var networks = Networks.Demand(request.Addresses, "addresses");
        var unit = request.Unit ?? Unit.Root;
        if (request.Days is < 1 or > LongestDays)
            throw RequestRefusedException.Invalid("days", $"应为 1 至 {LongestDays} 天 / must be 1 to {LongestDays}");
        var secret = Secret.NewToken();
        var now = time.GetUtcNow();
        var token = new ApiToken
        {
            Id = Guid.CreateVersion7(now), Hash = Secret.Hash(secret), Kind = TokenKind.Operator, Name = request.Name, Role = request.Role,
            Scopes = Scopes.Of(request.Role), IssuedBy = by.Name, UnitId = unit, Addresses = networks, CreatedAt = now, ExpiresAt = now.AddDays(request.Days),
        };
        await catalogue.WriteAsync(
            async db =>
            {
                if (await db.ApiTokens.AnyAsync(t => t.Id == token.Id, ct))
                    return;
                await Units.DemandAsync(db, unit, "unit", by.Reach, ct);
                db.Add(token);
                var from = networks is null ? "any address" : string.Join(", ", networks);
                await db.AppendToServiceAsync(
                    new NewEvent(now, Actors.Operator(by.Name), CustodyEventKind.TokenIssued, $"{token.Id}: {token.Name}, {token.Role} of {unit}, from {from}, until {token.ExpiresAt:O}"), ct);
            },
            ct);
        return new IssuedToken(View(token), secret);
    }

    public async Task<IReadOnlyList<TokenView>> ListAsync(Reach reach, CancellationToken ct) =>
        [.. (await catalogue.ReadAsync(db => reach.Of(db.ApiTokens).OrderBy(t => t.CreatedAt).ToListAsync(ct), ct)).Select(View)];

    /// <summary>Idempotent.</summary>
    public Task<TokenView> RevokeAsync(string id, Caller by, CancellationToken ct) => catalogue.WriteAsync(
        async db =>
        {
            var token = (Guid.TryParse(id, out var number) ? await by.Reach.Of(db.ApiTokens).SingleOrDefaultAsync(t => t.Id == number, ct) : null) ?? throw RequestRefusedException.NotFound($"没有令牌 {id} / there is no token {id}");
            if (token.RevokedAt is null)
            {
                token.RevokedAt = time.GetUtcNow();
                await db.AppendToServiceAsync(
                    new NewEvent(token.RevokedAt.Value, Actors.Operator(by.Name), CustodyEventKind.TokenRevoked, $"{token.Id}: {token.Name}, {token.Role?.ToString() ?? "dock"}"), ct);
            }

            return View(token);
        },
        ct);

    private static TokenView View(ApiToken t) => new(t.Id, t.Name, t.Kind == TokenKind.Dock, t.Role, t.Scopes, t.UnitId, t.Addresses, t.IssuedBy, t.CreatedAt, t.ExpiresAt, t.RevokedAt);
}

/// <param name="Name">Whose it is, as custody events name them.</param>
/// <param name="Role">What it may do: CaseSystem.</param>
/// <param name="Days">How long it works, 1 to 366.</param>
/// <param name="Unit">With what belongs to this unit and all below; null: the root.</param>
/// <param name="Addresses">Networks that it works from, as 10.1.0.0/16; null: any.</param>
public sealed record TokenRequest(string Name, Role Role, int Days = 90, string? Unit = null, IReadOnlyList<string>? Addresses = null);

/// <param name="Token">What is known about it.</param>
/// <param name="Secret">The token itself; shown once.</param>
public sealed record IssuedToken(TokenView Token, string Secret);

/// <param name="Id">For revoking it.</param>
/// <param name="Name">Whose it is.</param>
/// <param name="IsDock">A dock's, from its enrolment.</param>
/// <param name="Role">Null for docks.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="Unit">With what belongs to this unit and all below; null: everything.</param>
/// <param name="Addresses">Networks that it works from; null: any.</param>
/// <param name="IssuedBy">Null for those that the machine made for itself.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="ExpiresAt">UTC; null for never.</param>
/// <param name="RevokedAt">UTC; null while in force.</param>
public sealed record TokenView(
    Guid Id, string Name, bool IsDock, Role? Role, IReadOnlyList<string> Scopes, string? Unit, IReadOnlyList<string>? Addresses, string? IssuedBy, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt);

internal static class TokenAdministration
{
    private const int MaxBody = 16 << 10;

    public static void Map(IEndpointRouteBuilder api)
    {
        var tokens = api.MapGroup("/tokens").RequireToken(TokenKind.Operator, Scopes.Tokens).Concerns(Data.Checked).WithTags("Tokens");
        tokens.MapPost("", IssueAsync).Accepts<TokenRequest>("application/json").Produces<IssuedToken>(StatusCodes.Status201Created).AnswersSecret();
        tokens.MapGet("", async (HttpContext http, Tokens all, CancellationToken ct) => TypedResults.Ok(await all.ListAsync(http.Caller().Reach, ct)));
        tokens.MapDelete("/{id}", async (string id, HttpContext http, Tokens all, CancellationToken ct) =>
            TypedResults.Ok(await all.RevokeAsync(id, http.Caller(), ct)));
    }

    private static async Task<IResult> IssueAsync(HttpContext http, Tokens tokens, CancellationToken ct)
    {
        var issued = await tokens.IssueAsync(await http.ReadJsonAsync<TokenRequest>(MaxBody), http.Caller(), ct);
        return TypedResults.Created($"/api/v1/tokens/{issued.Token.Id}", issued);
    }
}
