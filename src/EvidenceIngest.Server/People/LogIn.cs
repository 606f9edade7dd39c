using System.Threading.RateLimiting;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.People;

/// <summary>Turns a password, and a code where the account wants one, into a session.</summary>
internal sealed class LogIn(EvidenceCatalogue catalogue, AccountRules rules, AccessRefusals refusals, TimeProvider time) : IDisposable
{
    private const int TriesPerMinute = 20;
    private const string Wrong = "the account, the password or the code is not right";

    // The codes of one minute and a half are taken; one that was used isn't for as long.
    private static readonly TimeSpan CodeLives = TimeSpan.FromMinutes(3);

    // Nobody learns from the time that an answer takes whether there is such an account.
    private static readonly Account Nobody = new() { Name = "", UnitId = "", CreatedAt = default, CreatedBy = "" };
    private readonly string _nobodysHash = rules.Hasher.HashPassword(Nobody, Secret.NewToken());

    // Passwords are dear to check: one address can't keep the server busy with them.
    private readonly PartitionedRateLimiter<string> _tries = PartitionedRateLimiter.Create<string, string>(address =>
        RateLimitPartition.GetSlidingWindowLimiter(address, _ => new SlidingWindowRateLimiterOptions
        {
            PermitLimit = TriesPerMinute, Window = TimeSpan.FromMinutes(1), SegmentsPerWindow = 6,
        }));

    private enum Outcome
    {
        Open,
        Wrong,
        Locked,
        CodeMissing,
        OneTimeOver,
        Disabled,
    }

    /// <exception cref="RequestRefusedException">Not let in; every failure is an event, and counts towards the lock-out.</exception>
    public async Task<LogInAnswer> RunAsync(LogInRequest request, HttpContext http, CancellationToken ct)
    {
        Texts.Demand(request.UserName, "userName", 64);
        Texts.Demand(request.Password, "password", AccountRules.LongestPassword);
        Texts.Allow(request.Code, "code", 16);
        var address = http.Connection.RemoteIpAddress?.ToString() ?? "an unknown address";
        using var permit = _tries.AttemptAcquire(address);
        if (!permit.IsAcquired)
        {
            throw new RequestRefusedException(StatusCodes.Status429TooManyRequests, "too many log-ins from this address: wait a minute")
            {
                RetryAfter = TimeSpan.FromMinutes(1),
            };
        }

        var token = Secret.NewToken();
        var now = time.GetUtcNow();
        var agent = http.Request.Headers.UserAgent.ToString();
        var wanted = new Session
        {
            Id = Guid.CreateVersion7(now), Hash = Secret.Hash(token), AccountId = Guid.Empty, Address = address, Agent = agent[..Math.Min(agent.Length, 200)],
            CreatedAt = now, LastSeenAt = now, ExpiresAt = now + rules.Longest,
        };
        var (outcome, account) = await catalogue.WriteAsync(db => TryAsync(db, request, wanted, ct), ct);
        if (outcome == Outcome.Open)
            return new LogInAnswer(token, account!.Called, wanted.ExpiresAt, account.OneTimeUntil is not null);
        var refused = Refusal(outcome, account);
        // What was typed in for a name may be a password: it is not recorded.
        var who = account?.Called ?? "nobody who is known";
        await refusals.RecordAsync(address, CustodyEventKind.LogInFailed, $"log-in as {who}", $"as {who}: {refused.Message}", ct);
        throw refused;
    }

    public void Dispose() => _tries.Dispose();

    private async Task<(Outcome Outcome, Account? Account)> TryAsync(CatalogueDb db, LogInRequest request, Session wanted, CancellationToken ct)
    {
        using var people = rules.Over(db);
        var normalized = people.NormalizeName(request.UserName);
        // One after the other: a hundred guesses at one moment are a hundred failures.
        await db.Database.ExecuteSqlAsync($"select 1 from accounts where normalized_user_name = {normalized} for update", ct);
        if (await people.FindByNameAsync(request.UserName) is not { } account)
        {
            rules.Hasher.VerifyHashedPassword(Nobody, _nobodysHash, request.Password);
            return (Outcome.Wrong, null);
        }

        if (await db.Sessions.AnyAsync(s => s.Id == wanted.Id, ct))
            return (Outcome.Open, account);
        if (await people.IsLockedOutAsync(account))
            return (Outcome.Locked, account);
        if (!await people.CheckPasswordAsync(account, request.Password))
            return (await FailedAsync(people, account), account);
        if (account.DisabledAt is not null)
            return (Outcome.Disabled, account);
        if (account.OneTimeUntil <= time.GetUtcNow())
            return (Outcome.OneTimeOver, account);
        if (account.TwoFactorEnabled)
        {
            if (string.IsNullOrEmpty(request.Code))
                return (Outcome.CodeMissing, account);
            if (!await TakeCodeAsync(people, account, request.Code))
                return (await FailedAsync(people, account), account);
        }

        await people.ResetAccessFailedCountAsync(account);
        db.Add(new Session
        {
            Id = wanted.Id, Hash = wanted.Hash, AccountId = account.Id, Address = wanted.Address, Agent = wanted.Agent,
            CreatedAt = wanted.CreatedAt, LastSeenAt = wanted.LastSeenAt, ExpiresAt = wanted.ExpiresAt,
        });
        await db.AppendToServiceAsync(
            new NewEvent(wanted.CreatedAt, Actors.Operator(account.Called), CustodyEventKind.LoggedIn, $"session {wanted.Id} from {wanted.Address}{(account.TwoFactorEnabled ? ", with a second factor" : "")}"), ct);
        return (Outcome.Open, account);
    }

    /// <summary>Also for confirming a new second factor: no code is taken twice.</summary>
    public async Task<bool> TakeCodeAsync(UserManager<Account> people, Account account, string code)
    {
        var now = time.GetUtcNow();
        if (code == account.LastCode && now - account.LastCodeAt < CodeLives)
            return false;
        if (!await people.VerifyTwoFactorTokenAsync(account, TokenOptions.DefaultAuthenticatorProvider, code))
            return false;
        (account.LastCode, account.LastCodeAt) = (code, now);
        return true;
    }

    private static async Task<Outcome> FailedAsync(UserManager<Account> people, Account account)
    {
        await people.AccessFailedAsync(account);
        return await people.IsLockedOutAsync(account) ? Outcome.Locked : Outcome.Wrong;
    }

    private static RequestRefusedException Refusal(Outcome outcome, Account? account) => outcome switch
    {
        Outcome.Locked => new RequestRefusedException(
            StatusCodes.Status429TooManyRequests, $"after too many failures the account is locked until {account!.LockoutEnd!.Value.ToUniversalTime():yyyy-MM-dd'T'HH:mm:ss'Z'}")
        {
            RetryAfter = AccountRules.LockOut,
        },
        Outcome.CodeMissing => new RequestRefusedException(StatusCodes.Status401Unauthorized, "the account wants the code of its second factor") { Extensions = { ["secondFactor"] = true } },
        Outcome.OneTimeOver => new RequestRefusedException(StatusCodes.Status401Unauthorized, "the one-time password has expired: ask the security administrator for another"),
        Outcome.Disabled => new RequestRefusedException(StatusCodes.Status401Unauthorized, "the account is disabled: ask the security administrator"),
        _ => new RequestRefusedException(StatusCodes.Status401Unauthorized, Wrong),
    };
}
