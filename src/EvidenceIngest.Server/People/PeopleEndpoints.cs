using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;

namespace EvidenceIngest.Server.People;

internal static class PeopleEndpoints
{
    private const int MaxBody = 16 << 10;

    public static void MapLogIn(this IEndpointRouteBuilder api) =>
        api.MapPost("/sessions", async (HttpContext http, LogIn logIn, CancellationToken ct) =>
                TypedResults.Created((string?)null, await logIn.RunAsync(await http.ReadJsonAsync<LogInRequest>(MaxBody), http, ct)))
            .WithTags("People").Accepts<LogInRequest>("application/json").Produces<LogInAnswer>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status429TooManyRequests).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    public static void MapPeople(this IEndpointRouteBuilder api)
    {
        MapSelf(api.MapGroup("/me").RequireToken(TokenKind.Operator, Scopes.Self).Concerns(Data.CallersOwn).WithTags("People"));
        api.MapGet("/units", async (Units units, CancellationToken ct) => TypedResults.Ok(await units.ListAsync(ct)))
            .RequireToken(TokenKind.Operator, Scopes.Read, Scopes.Accounts, Scopes.System).Concerns(Data.Everybodys).WithTags("People");
        MapAdministration(api.MapGroup("").RequireToken(TokenKind.Operator, Scopes.Accounts).WithTags("People"));
    }

    private static void MapSelf(RouteGroupBuilder me)
    {
        me.MapGet("", async (HttpContext http, Accounts accounts, CancellationToken ct) =>
            TypedResults.Ok(await accounts.FindAsync(http.Caller().Self.UserName!, Reach.Everything, ct)));
        me.MapPut("/password", async (HttpContext http, OwnAccount own, CancellationToken ct) =>
        {
            await own.ChangePasswordAsync(http.Caller(), await http.ReadJsonAsync<PasswordChange>(MaxBody), ct);
            return TypedResults.NoContent();
        }).Accepts<PasswordChange>("application/json");
        me.MapPost("/authenticator", async (HttpContext http, OwnAccount own, CancellationToken ct) =>
            TypedResults.Ok(await own.NewKeyAsync(http.Caller(), await http.ReadJsonAsync<AuthenticatorRequest>(MaxBody), ct)))
            .Accepts<AuthenticatorRequest>("application/json").AnswersSecret();
        me.MapPut("/authenticator", async (HttpContext http, OwnAccount own, CancellationToken ct) =>
        {
            await own.ConfirmKeyAsync(http.Caller(), await http.ReadJsonAsync<AuthenticatorProof>(MaxBody), ct);
            return TypedResults.NoContent();
        }).Accepts<AuthenticatorProof>("application/json");
        me.MapGet("/sessions", async (HttpContext http, Sessions sessions, CancellationToken ct) =>
            TypedResults.Ok(await sessions.ListAsync(http.Caller().Self, http.Caller().SessionId!.Value, ct)));
        me.MapDelete("/sessions/{id:guid}", async (Guid id, HttpContext http, Sessions sessions, CancellationToken ct) =>
        {
            await sessions.EndAsync(http.Caller().Self, id, ct);
            return TypedResults.NoContent();
        });
        me.MapDelete("/sessions/current", async (HttpContext http, Sessions sessions, CancellationToken ct) =>
        {
            await sessions.EndAsync(http.Caller().Self, http.Caller().SessionId!.Value, ct);
            return TypedResults.NoContent();
        });
    }

    private static void MapAdministration(RouteGroupBuilder administrators)
    {
        administrators.MapPut("/units/{id}", async (string id, HttpContext http, Units units, CancellationToken ct) =>
            http.Tagged(await units.SetAsync(id, await http.ReadJsonAsync<UnitRequest>(MaxBody), http.Caller(), ct, Precondition.Of(http))))
            .Accepts<UnitRequest>("application/json").Produces<UnitView>().Concerns(Data.Checked);
        var accounts = administrators.MapGroup("/accounts").Concerns(Data.Checked);
        accounts.MapGet("", async (HttpContext http, Accounts all, CancellationToken ct) => TypedResults.Ok(await all.ListAsync(http.Caller().Reach, ct)));
        accounts.MapPost("", async (HttpContext http, Accounts all, CancellationToken ct) =>
            TypedResults.Created((string?)null, await all.AddAsync(await http.ReadJsonAsync<AccountRequest>(MaxBody), http.Caller(), ct)))
            .Accepts<AccountRequest>("application/json").AnswersSecret();
        accounts.MapGet("/{userName}", async (string userName, HttpContext http, Accounts all, CancellationToken ct) =>
            TypedResults.Ok(await all.FindAsync(userName, http.Caller().Reach, ct)));
        accounts.MapPatch("/{userName}", async (string userName, HttpContext http, Accounts all, CancellationToken ct) =>
            TypedResults.Ok(await all.ChangeAsync(userName, await http.ReadJsonAsync<AccountChange>(MaxBody), http.Caller(), ct)))
            .Accepts<AccountChange>("application/json");
        accounts.MapPost("/{userName}/password", async (string userName, HttpContext http, Accounts all, CancellationToken ct) =>
            TypedResults.Ok(await all.ResetPasswordAsync(userName, http.Caller(), ct))).AnswersSecret();
        accounts.MapPut("/{userName}/directory", async (string userName, HttpContext http, Accounts all, CancellationToken ct) =>
            TypedResults.Ok(await all.SetDirectoryAsync(userName, await http.ReadJsonAsync<DirectoryChange>(MaxBody), http.Caller(), ct)))
            .Accepts<DirectoryChange>("application/json");
        accounts.MapPost("/{userName}/authenticator/drop", async (string userName, HttpContext http, Accounts all, CancellationToken ct) =>
            TypedResults.Ok(await all.DropSecondFactorAsync(userName, await http.ReadJsonAsync<GrantWord>(MaxBody), http.Caller(), ct)))
            .Accepts<GrantWord>("application/json");
        accounts.MapPost("/{userName}/roles", async (string userName, HttpContext http, RoleGrants grants, CancellationToken ct) =>
            TypedResults.Ok(await grants.GrantAsync(userName, await http.ReadJsonAsync<GrantRequest>(MaxBody), http.Caller(), ct)))
            .Accepts<GrantRequest>("application/json");
        var roles = administrators.MapGroup("/grants/{id:guid}").Concerns(Data.Checked);
        roles.MapPost("/confirm", async (Guid id, HttpContext http, RoleGrants grants, CancellationToken ct) =>
            TypedResults.Ok(await grants.ConfirmAsync(id, http.Caller(), ct)));
        roles.MapPost("/revoke", async (Guid id, HttpContext http, RoleGrants grants, CancellationToken ct) =>
            TypedResults.Ok(await grants.RevokeAsync(id, await http.ReadJsonAsync<GrantWord>(MaxBody), http.Caller(), ct)))
            .Accepts<GrantWord>("application/json");
    }
}
