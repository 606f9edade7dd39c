using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Tests.People;

/// <summary>From a one-time password to a session, and every way not to get there.</summary>
public sealed class LogInTests(PrivateCluster cluster)
{
    private const string Password = "correct-horse-7";

    [Fact]
    public async Task A_one_time_password_opens_nothing_but_the_change_of_itself()
    {
        await using var server = await StartAsync(cluster);
        var once = await AddAsync(server);

        var first = await LogInAsync(server, once.Password!);
        Assert.True(first.ChangePassword);
        using var session = server.Client(first.Token);
        using (var items = await session.GetAsync("/api/v1/items"))
            Assert.Contains("one-time", await TestDock.RefusedAsync(items, HttpStatusCode.Forbidden), StringComparison.Ordinal);
        foreach (var weak in new[] { "short-1", "onlyletters", "aaaaaaaaaa-1", "wangfang-2026", once.Password! })
        {
            using var refused = await session.PutAsJsonAsync("/api/v1/me/password", new PasswordChange(once.Password!, weak), EvidenceJson.Options);
            await TestDock.RefusedAsync(refused, HttpStatusCode.BadRequest);
        }

        using (var changed = await session.PutAsJsonAsync("/api/v1/me/password", new PasswordChange(once.Password!, Password), EvidenceJson.Options))
            changed.EnsureSuccessStatusCode();

        // A role that waits for its second person gives nothing yet.
        using (var items = await session.GetAsync("/api/v1/items"))
            await TestDock.RefusedAsync(items, HttpStatusCode.Forbidden);
        using (var old = await PostAsync(server, once.Password!))
            Assert.Contains("not right", await TestDock.RefusedAsync(old, HttpStatusCode.Unauthorized), StringComparison.Ordinal);
        Assert.False((await LogInAsync(server, Password)).ChangePassword);
    }

    [Fact]
    public async Task An_old_one_time_password_ends()
    {
        await using var server = await StartAsync(cluster);
        var once = await AddAsync(server);
        server.Clock.Shift = TimeSpan.FromDays(8);

        using var late = await PostAsync(server, once.Password!);

        Assert.Contains("has expired", await TestDock.RefusedAsync(late, HttpStatusCode.Unauthorized), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour_and_all_are_recorded()
    {
        await using var server = await StartAsync(cluster);
        await ReadyAsync(server);
        // At one moment: none slips past the count.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            using var wrong = await PostAsync(server, "wrong-horse-7");
            Assert.False(wrong.IsSuccessStatusCode);
        }));

        using (var locked = await PostAsync(server, Password))
            Assert.Contains("locked until", await TestDock.RefusedAsync(locked, HttpStatusCode.TooManyRequests), StringComparison.Ordinal);
        var until = await server.Catalogue.ReadAsync(db => db.Accounts.Where(a => a.UserName == "wangfang").Select(a => a.LockoutEnd).SingleAsync(), default);
        Assert.InRange(until!.Value - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(14), TimeSpan.FromMinutes(15));
        var failures = (await ChainAsync(server)).Where(e => e.Kind == CustodyEventKind.LogInFailed).ToList();
        Assert.Contains(failures, e => e.Detail.Contains("王芳 (wangfang)", StringComparison.Ordinal) && e.Actor == "address:127.0.0.1");

        await server.Catalogue.WriteAsync(db => db.Accounts.ExecuteUpdateAsync(set => set.SetProperty(a => a.LockoutEnd, DateTimeOffset.UtcNow.AddSeconds(-1))), default);
        await LogInAsync(server, Password);
    }

    [Fact]
    public async Task Who_is_not_known_gets_the_answer_of_a_wrong_password_and_a_flood_from_one_address_is_stopped()
    {
        await using var server = await StartAsync(cluster);
        await ReadyAsync(server);
        var answers = new List<(HttpStatusCode, string)>();
        foreach (var user in new[] { "wangfang", "nobody", "王芳" })
        {
            using var answer = await server.Anonymous.PostAsJsonAsync("/api/v1/sessions", new LogInRequest(user, "wrong-horse-7", null), EvidenceJson.Options);
            answers.Add((answer.StatusCode, await TestDock.RefusedAsync(answer, HttpStatusCode.Unauthorized)));
        }

        Assert.Single(answers.Distinct());
        Assert.DoesNotContain(await ChainAsync(server), e => e.Detail.Contains("nobody:", StringComparison.Ordinal) || e.Detail.Contains("wrong-horse", StringComparison.Ordinal));
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 25; i++)
        {
            using var answer = await server.Anonymous.PostAsJsonAsync("/api/v1/sessions", new LogInRequest("nobody", "wrong-horse-7", null), EvidenceJson.Options);
            statuses.Add(answer.StatusCode);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, statuses[^1]);
    }

    /// <summary>Otherwise six guesses would tell whether there is an account.</summary>
    [Fact]
    public async Task A_name_that_nobody_has_is_locked_as_an_account_is()
    {
        await using var server = await StartAsync(cluster);
        await ReadyAsync(server);
        var answers = new Dictionary<string, List<string>> { ["wangfang"] = [], ["nobody"] = [] };
        foreach (var (user, told) in answers)
        {
            for (var i = 0; i < 7; i++)
            {
                using var answer = await server.Anonymous.PostAsJsonAsync("/api/v1/sessions", new LogInRequest(user, "wrong-horse-7", null), EvidenceJson.Options);
                var detail = await TestDock.RefusedAsync(answer, answer.StatusCode);
                // The time until when it is locked differs by when it was tried.
                told.Add($"{(int)answer.StatusCode} {answer.Headers.RetryAfter} {detail.Split(" until ")[0]}");
            }
        }

        Assert.Equal(answers["wangfang"], answers["nobody"]);
        Assert.StartsWith("401", answers["nobody"][3], StringComparison.Ordinal);
        Assert.All(answers["nobody"][4..], a => Assert.StartsWith("429", a, StringComparison.Ordinal));
        using (var other = await server.Anonymous.PostAsJsonAsync("/api/v1/sessions", new LogInRequest("nobody2", "wrong-horse-7", null), EvidenceJson.Options))
            await TestDock.RefusedAsync(other, HttpStatusCode.Unauthorized);
        server.Clock.Shift = TimeSpan.FromMinutes(16);
        using var later = await server.Anonymous.PostAsJsonAsync("/api/v1/sessions", new LogInRequest("nobody", "wrong-horse-7", null), EvidenceJson.Options);
        await TestDock.RefusedAsync(later, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_second_factor_is_asked_for_once_it_was_proven_and_no_code_works_twice()
    {
        await using var server = await StartAsync(cluster);
        using var session = await ReadyAsync(server);
        using var asked = await session.PostAsJsonAsync("/api/v1/me/authenticator", new AuthenticatorRequest(Password), EvidenceJson.Options);
        var key = await TestDock.ReadAsync<AuthenticatorKey>(asked);
        Assert.Contains($"secret={key.Key}", key.Uri, StringComparison.Ordinal);
        await LogInAsync(server, Password);
        using (var wrong = await session.PutAsJsonAsync("/api/v1/me/authenticator", new AuthenticatorProof("000000"), EvidenceJson.Options))
            await TestDock.RefusedAsync(wrong, HttpStatusCode.BadRequest);
        using (var proven = await session.PutAsJsonAsync("/api/v1/me/authenticator", new AuthenticatorProof(Authenticator.Code(key.Key, 0)), EvidenceJson.Options))
            proven.EnsureSuccessStatusCode();

        using (var without = await PostAsync(server, Password))
            Assert.Contains("second factor", await TestDock.RefusedAsync(without, HttpStatusCode.Unauthorized), StringComparison.Ordinal);
        using (var again = await PostAsync(server, Password, Authenticator.Code(key.Key, 0)))
            await TestDock.RefusedAsync(again, HttpStatusCode.Unauthorized);
        using (var fresh = await PostAsync(server, Password, Authenticator.Code(key.Key, 1)))
            fresh.EnsureSuccessStatusCode();

        using var dropped = await server.Operator.PostAsJsonAsync("/api/v1/accounts/wangfang/authenticator/drop", new GrantWord("手机遗失"), EvidenceJson.Options);
        dropped.EnsureSuccessStatusCode();
        await LogInAsync(server, Password);
    }

    [Fact]
    public async Task Sessions_are_listed_ended_and_end_by_themselves()
    {
        await using var server = await StartAsync(cluster);
        using var first = await ReadyAsync(server);
        var other = await LogInAsync(server, Password);
        using var second = server.Client(other.Token);
        var sessions = (await first.GetFromJsonAsync<List<SessionView>>("/api/v1/me/sessions", EvidenceJson.Options))!;
        Assert.Equal(2, sessions.Count);

        using (var ended = await first.DeleteAsync("/api/v1/me/sessions/" + sessions.Single(s => !s.IsThis).Session))
            ended.EnsureSuccessStatusCode();
        using (var over = await second.GetAsync("/api/v1/me"))
            Assert.Contains("ended", await TestDock.RefusedAsync(over, HttpStatusCode.Unauthorized), StringComparison.Ordinal);
        for (var minutes = 20; minutes <= 700; minutes += 20)
        {
            server.Clock.Shift = TimeSpan.FromMinutes(minutes);
            using var busy = await first.GetAsync("/api/v1/me");
            busy.EnsureSuccessStatusCode();
        }

        server.Clock.Shift = TimeSpan.FromMinutes(721);
        using (var day = await first.GetAsync("/api/v1/me"))
            await TestDock.RefusedAsync(day, HttpStatusCode.Unauthorized);
        var idle = await LogInAsync(server, Password);
        server.Clock.Shift += TimeSpan.FromMinutes(31);
        using var third = server.Client(idle.Token);
        using var tired = await third.GetAsync("/api/v1/me");
        Assert.Contains("expired", await TestDock.RefusedAsync(tired, HttpStatusCode.Unauthorized), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disabled_account_and_a_reset_password_end_all_sessions_at_once()
    {
        await using var server = await StartAsync(cluster);
        using var session = await ReadyAsync(server);
        using (var disabled = await server.Operator.PatchAsJsonAsync("/api/v1/accounts/wangfang", new AccountChange(null, null, true, "离职"), EvidenceJson.Options))
            disabled.EnsureSuccessStatusCode();
        using (var over = await session.GetAsync("/api/v1/me"))
            await TestDock.RefusedAsync(over, HttpStatusCode.Unauthorized);
        using (var closed = await PostAsync(server, Password))
            Assert.Contains("disabled", await TestDock.RefusedAsync(closed, HttpStatusCode.Unauthorized), StringComparison.Ordinal);

        using (var back = await server.Operator.PatchAsJsonAsync("/api/v1/accounts/wangfang", new AccountChange(null, null, false, "返岗"), EvidenceJson.Options))
            back.EnsureSuccessStatusCode();
        using var again = server.Client((await LogInAsync(server, Password)).Token);
        using var reset = await server.Operator.PostAsync("/api/v1/accounts/wangfang/password", null);
        var once = await TestDock.ReadAsync<OneTimePassword>(reset);
        using (var over = await again.GetAsync("/api/v1/me"))
            await TestDock.RefusedAsync(over, HttpStatusCode.Unauthorized);
        Assert.True((await LogInAsync(server, once.Password!)).ChangePassword);
    }

    [Fact]
    public async Task The_database_holds_neither_passwords_nor_sessions()
    {
        await using var server = await StartAsync(cluster);
        var once = await AddAsync(server);
        var answer = await LogInAsync(server, once.Password!);

        await using var source = Npgsql.NpgsqlDataSource.Create(server.Database);
        await using var dump = source.CreateCommand("select (select json_agg(a)::text from accounts a) || (select json_agg(s)::text from sessions s)");
        var text = (string)(await dump.ExecuteScalarAsync())!;

        Assert.DoesNotContain(once.Password!, text, StringComparison.Ordinal);
        Assert.DoesNotContain(answer.Token, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_start_makes_one_administrator_with_a_password_of_once()
    {
        await using var server = await StartAsync(cluster);
        var access = server.Get<LocalAccess>();
        var tries = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => access.EnsureFirstAccountAsync("local", default)));
        var password = Assert.Single(tries.OfType<string>());

        using var answer = await server.Anonymous.PostAsJsonAsync("/api/v1/sessions", new LogInRequest("admin", password, null), EvidenceJson.Options);

        Assert.True((await TestDock.ReadAsync<LogInAnswer>(answer)).ChangePassword);
        Assert.Null(await access.EnsureFirstAccountAsync("local", default));
    }

    private static Task<TestServer> StartAsync(PrivateCluster cluster) => TestServer.StartAsync(cluster, withJobs: false);

    private static async Task<OneTimePassword> AddAsync(TestServer server)
    {
        using var answer = await server.Operator.PostAsJsonAsync("/api/v1/accounts", new AccountRequest("wangfang", "王芳", Unit.Root, null), EvidenceJson.Options);
        var once = await TestDock.ReadAsync<OneTimePassword>(answer);
        using var granted = await server.Operator.PostAsJsonAsync("/api/v1/accounts/wangfang/roles", new GrantRequest(Role.Custodian, Unit.Root, "管理员"), EvidenceJson.Options);
        Assert.False((await TestDock.ReadAsync<GrantView>(granted)).InForce);
        return once;
    }

    /// <summary>With a password of her own, logged in.</summary>
    private static async Task<HttpClient> ReadyAsync(TestServer server)
    {
        var once = await AddAsync(server);
        var session = server.Client((await LogInAsync(server, once.Password!)).Token);
        using var changed = await session.PutAsJsonAsync("/api/v1/me/password", new PasswordChange(once.Password!, Password), EvidenceJson.Options);
        changed.EnsureSuccessStatusCode();
        return session;
    }

    private static Task<HttpResponseMessage> PostAsync(TestServer server, string password, string? code = null) =>
        server.Anonymous.PostAsJsonAsync("/api/v1/sessions", new LogInRequest("wangfang", password, code), EvidenceJson.Options);

    private static async Task<LogInAnswer> LogInAsync(TestServer server, string password)
    {
        using var answer = await PostAsync(server, password);
        return await TestDock.ReadAsync<LogInAnswer>(answer);
    }

    private static async Task<List<ServiceEventView>> ChainAsync(TestServer server) =>
        (await server.Operator.GetFromJsonAsync<List<ServiceEventView>>("/api/v1/service/custody?limit=1000", EvidenceJson.Options))!;
}
