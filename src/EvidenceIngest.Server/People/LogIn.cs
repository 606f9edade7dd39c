using System.Threading.RateLimiting;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.People.Ldap;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.People;

/// <summary>Turns a password, and a code where the account wants one, into a session.</summary>
internal sealed class LogIn(
    EvidenceCatalogue catalogue, AccountRules rules, PasswordProof proof, SecondFactorDuty duty, AgencyDirectory directory, AccessRefusals refusals, TimeProvider time) : IDisposable
{
    private const int TriesPerMinute = 20;
    private const string Wrong = "账号、密码或验证码不正确 / the account, the password or the code is not right";

    // A directory answers faster or slower than a password is checked here: with one, refusals come at whole seconds, so that the time
    // that they take tells nobody which accounts there are.
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

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

    // One after the other, so that a hundred guesses at one moment are not a hundred guesses at the directory, either.
    private readonly PartitionedRateLimiter<string> _turns = PartitionedRateLimiter.Create<string, string>(name =>
        RateLimitPartition.GetConcurrencyLimiter(name, _ => new ConcurrencyLimiterOptions { PermitLimit = 1, QueueLimit = TriesPerMinute }));

    private readonly UnknownNames _unknown = new();

    private enum Outcome
    {
        Open,
        Wrong,
        Locked,
        CodeMissing,
        OneTimeOver,
        Disabled,
        DirectoryRefuses,
        DirectoryAway,
    }

    /// <exception cref="RequestRefusedException">Not let in; every failure is an event, and what was wrong counts towards the lock-out.</exception>
    public async Task<LogInAnswer> RunAsync(LogInRequest request, HttpContext http, CancellationToken ct)
    {
        Texts.Demand(request.UserName, "userName", 64);
        Texts.Demand(request.Password, "password", AccountRules.LongestPassword);
        Texts.Allow(request.Code, "code", 16);
        var address = http.Connection.RemoteIpAddress?.ToString() ?? "an unknown address";
        using var permit = _tries.AttemptAcquire(address);
        if (!permit.IsAcquired)
        {
            throw new RequestRefusedException(StatusCodes.Status429TooManyRequests, "本机地址登录过于频繁，请一分钟后再试 / too many log-ins from this address: wait a minute")
            {
                RetryAfter = TimeSpan.FromMinutes(1),
            };
        }

        var token = Secret.NewToken();
        var (now, began) = (time.GetUtcNow(), time.GetTimestamp());
        var agent = http.Request.Headers.UserAgent.ToString();
        var wanted = new Session
        {
            Id = Guid.CreateVersion7(now), Hash = Secret.Hash(token), AccountId = Guid.Empty, Address = address, Agent = agent[..Math.Min(agent.Length, 200)],
            CreatedAt = now, LastSeenAt = now, ExpiresAt = now + rules.Longest,
        };
        var verdict = await DecideAsync(request, wanted, ct);
        if (verdict.Outcome == Outcome.Open)
            return new LogInAnswer(token, verdict.Account!.Called, wanted.ExpiresAt, verdict.Account.OneTimeUntil is not null, verdict.OwesSecondFactor);
        var refused = Refusal(verdict);
        // What was typed in for a name may be a password: it is not recorded.
        var who = verdict.Account?.Called ?? "nobody who is known";
        await refusals.RecordAsync(address, CustodyEventKind.LogInFailed, $"log-in as {who}", $"as {who}: {refused.Message}", ct);
        if (directory.IsConfigured)
            await Task.Delay(Beat - TimeSpan.FromTicks(time.GetElapsedTime(began).Ticks % Beat.Ticks), time, ct);
        throw refused;
    }

    public void Dispose()
    {
        _tries.Dispose();
        _turns.Dispose();
    }

    /// <summary>Outside of any transaction, for the directory may take its time.</summary>
    private async Task<Verdict> DecideAsync(LogInRequest request, Session wanted, CancellationToken ct)
    {
        var normalized = new UpperInvariantLookupNormalizer().NormalizeName(request.UserName)!;
        using var turn = await _turns.AcquireAsync(normalized, permitCount: 1, ct);
        if (!turn.IsAcquired)
        {
            throw new RequestRefusedException(StatusCodes.Status429TooManyRequests, "同一账号同时登录的请求过多，请稍后再试 / too many log-ins of this account at the same time: try again shortly")
            {
                RetryAfter = TimeSpan.FromSeconds(5),
            };
        }

        var account = await catalogue.ReadAsync(db => db.Accounts.SingleOrDefaultAsync(a => a.NormalizedUserName == normalized, ct), ct);
        if (account is null && _unknown.LockedUntil(normalized, wanted.CreatedAt) is { } locked)
            return new Verdict(Outcome.Locked, LockedUntil: locked);
        var said = await proof.AskAsync(account, request.Password, ct);
        var verdict = await catalogue.WriteAsync(db => TryAsync(db, request, wanted, said, ct), ct);
        if (verdict.Account is null && _unknown.Fail(normalized, wanted.CreatedAt) is { } until)
            return new Verdict(Outcome.Locked, LockedUntil: until);
        // Who is not let in hears of an outage whether or not the directory has to do with the account.
        return verdict.Outcome == Outcome.Wrong && said is null && directory.IsConfigured && !await directory.AnswersAsync(ct)
            ? verdict with { Outcome = Outcome.DirectoryAway }
            : verdict;
    }

    private async Task<Verdict> TryAsync(CatalogueDb db, LogInRequest request, Session wanted, PasswordAnswer? said, CancellationToken ct)
    {
        using var people = rules.Over(db);
        var normalized = people.NormalizeName(request.UserName);
        // One after the other, also on other servers: a hundred guesses at one moment are a hundred failures.
        await db.Database.ExecuteSqlAsync($"select 1 from accounts where normalized_user_name = {normalized} for update", ct);
        if (await people.FindByNameAsync(request.UserName) is not { } account)
        {
            rules.Hasher.VerifyHashedPassword(Nobody, _nobodysHash, request.Password);
            return new Verdict(Outcome.Wrong);
        }

        if (await db.Sessions.AnyAsync(s => s.Id == wanted.Id, ct))
            return await OpenAsync(db, account, ct);
        if (await people.IsLockedOutAsync(account))
            return Locked(account);
        var answer = await PasswordProof.CheckAsync(people, account, request.Password, said);
        if (answer.Kind == PasswordKind.Unknown)
            return new Verdict(Outcome.DirectoryAway, account);
        if (answer.Kind == PasswordKind.Refused)
            return new Verdict(Outcome.DirectoryRefuses, account, answer.Words);
        if (answer.Kind == PasswordKind.Wrong)
            return await FailedAsync(people, account);
        if (account.DisabledAt is not null)
            return new Verdict(Outcome.Disabled, account);
        if (account.OneTimeUntil <= time.GetUtcNow())
            return new Verdict(Outcome.OneTimeOver, account);
        if (account.TwoFactorEnabled)
        {
            if (string.IsNullOrEmpty(request.Code))
                return new Verdict(Outcome.CodeMissing, account);
            if (!await TakeCodeAsync(people, account, request.Code))
                return await FailedAsync(people, account);
        }

        await people.ResetAccessFailedCountAsync(account);
        db.Add(new Session
        {
            Id = wanted.Id, Hash = wanted.Hash, AccountId = account.Id, Address = wanted.Address, Agent = wanted.Agent,
            CreatedAt = wanted.CreatedAt, LastSeenAt = wanted.LastSeenAt, ExpiresAt = wanted.ExpiresAt,
        });
        var how = (account.Directory ? ", with the directory's password" : "") + (account.TwoFactorEnabled ? ", with a second factor" : "");
        await db.AppendToServiceAsync(
            new NewEvent(wanted.CreatedAt, Actors.Operator(account.Called), CustodyEventKind.LoggedIn, $"session {wanted.Id} from {wanted.Address}{how}"), ct);
        return await OpenAsync(db, account, ct);
    }

    private async Task<Verdict> OpenAsync(CatalogueDb db, Account account, CancellationToken ct) =>
        new(Outcome.Open, account, OwesSecondFactor: await duty.IsOwedAsync(db, account, ct));

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

    private static async Task<Verdict> FailedAsync(UserManager<Account> people, Account account)
    {
        await people.AccessFailedAsync(account);
        return await people.IsLockedOutAsync(account) ? Locked(account) : new Verdict(Outcome.Wrong, account);
    }

    private static Verdict Locked(Account account) => new(Outcome.Locked, account, LockedUntil: account.LockoutEnd);

    private static RequestRefusedException Refusal(Verdict verdict) => verdict.Outcome switch
    {
        Outcome.Locked => new RequestRefusedException(
            StatusCodes.Status429TooManyRequests,
            $"失败次数过多，账号已锁定 / after too many failures the account is locked until {verdict.LockedUntil!.Value.ToUniversalTime():yyyy-MM-dd'T'HH:mm:ss'Z'}")
        {
            RetryAfter = AccountRules.LockOut,
        },
        Outcome.CodeMissing => new RequestRefusedException(StatusCodes.Status401Unauthorized, "请输入双因素认证的六位验证码 / the account wants the code of its second factor")
        {
            Extensions = { ["secondFactor"] = true },
        },
        Outcome.OneTimeOver => new RequestRefusedException(
            StatusCodes.Status401Unauthorized, "一次性密码已过期，请安全管理员重置 / the one-time password has expired: ask the security administrator for another"),
        Outcome.Disabled => new RequestRefusedException(StatusCodes.Status401Unauthorized, "账号已停用，请联系安全管理员 / the account is disabled: ask the security administrator"),
        Outcome.DirectoryRefuses => new RequestRefusedException(StatusCodes.Status401Unauthorized, $"未登录：{verdict.Words}"),
        Outcome.DirectoryAway => PasswordProof.DirectoryAway(),
        _ => new RequestRefusedException(StatusCodes.Status401Unauthorized, Wrong),
    };

    /// <param name="Outcome">Whether somebody is let in.</param>
    /// <param name="Account">Null when nobody has that name.</param>
    /// <param name="Words">The directory's reason.</param>
    /// <param name="LockedUntil">Of the account or the name, when it is locked.</param>
    /// <param name="OwesSecondFactor">Let in, but only to set one up.</param>
    private sealed record Verdict(Outcome Outcome, Account? Account = null, string? Words = null, DateTimeOffset? LockedUntil = null, bool OwesSecondFactor = false);
}
