using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.People.Ldap;
using EvidenceIngest.Server.Status;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Tests.People.Ldap;

/// <summary>Accounts whose password a real directory knows, beside such that have one here.</summary>
public sealed class DirectoryLogInTests(PrivateCluster cluster)
{
    private const string LocalPassword = "correct-horse-7";

    [Fact]
    public async Task The_directory_s_password_lets_in_and_nothing_of_it_stays_here()
    {
        await using var slapd = await Slapd.StartAsync("wangfang");
        await using var server = await StartAsync(slapd.Options());
        var made = await AddAsync(server, "wangfang", directory: true);
        Assert.Null(made.Password);
        Assert.True(made.Account.Directory);

        using (var wrong = await PostAsync(server, "wangfang", "wrong-horse-7"))
            Assert.Contains("not right", await TestDock.RefusedAsync(wrong, HttpStatusCode.Unauthorized), StringComparison.Ordinal);
        foreach (var empty in new[] { "", " " })
        {
            using var refused = await PostAsync(server, "wangfang", empty);
            await TestDock.RefusedAsync(refused, HttpStatusCode.BadRequest);
        }

        var session = await LogInAsync(server, "WangFang", Slapd.Password);
        Assert.False(session.ChangePassword);
        using var client = server.Client(session.Token);
        using (var me = await client.GetAsync("/api/v1/me"))
            Assert.True((await TestDock.ReadAsync<AccountView>(me)).Directory);
        Assert.Null(await server.Catalogue.ReadAsync(db => db.Accounts.Where(a => a.UserName == "wangfang").Select(a => a.PasswordHash).SingleAsync(), default));
        var chain = await ChainAsync(server);
        Assert.Contains(chain, e => e.Kind == CustodyEventKind.AccountMade && e.Detail.Contains("with the directory's password", StringComparison.Ordinal));
        Assert.Contains(chain, e => e.Kind == CustodyEventKind.LoggedIn && e.Detail.Contains("with the directory's password", StringComparison.Ordinal));
        Assert.Contains(chain, e => e.Kind == CustodyEventKind.LogInFailed && e.Detail.Contains("(wangfang)", StringComparison.Ordinal));

        // What the directory changes holds at once.
        await slapd.ChangePasswordAsync("wangfang", "another 8");
        using (var old = await PostAsync(server, "wangfang", Slapd.Password))
            await TestDock.RefusedAsync(old, HttpStatusCode.Unauthorized);
        await LogInAsync(server, "wangfang", "another 8");
    }

    [Fact]
    public async Task Ten_right_passwords_at_once_are_ten_sessions_and_ten_wrong_ones_are_five_guesses()
    {
        await using var slapd = await Slapd.StartAsync("wangfang", "zhaomin");
        await using var server = await StartAsync(slapd.Options());
        await AddAsync(server, "wangfang", directory: true);
        await AddAsync(server, "zhaomin", directory: true);

        var right = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => LogInAsync(server, "wangfang", Slapd.Password)));
        Assert.Equal(10, right.Select(r => r.Token).Distinct().Count());
        await Task.WhenAll(Enumerable.Range(0, 7).Select(async i =>
        {
            using var answer = await PostAsync(server, "zhaomin", $"guess {i}");
            Assert.False(answer.IsSuccessStatusCode);
        }));

        Assert.Equal(5, slapd.BindsOf("zhaomin"));
        using var locked = await PostAsync(server, "zhaomin", Slapd.Password);
        Assert.Contains("locked until", await TestDock.RefusedAsync(locked, HttpStatusCode.TooManyRequests), StringComparison.Ordinal);
        Assert.Equal(5, slapd.BindsOf("zhaomin"));
        await server.Catalogue.WriteAsync(db => db.Accounts.ExecuteUpdateAsync(set => set.SetProperty(a => a.LockoutEnd, DateTimeOffset.UtcNow.AddSeconds(-1))), default);
        await LogInAsync(server, "zhaomin", Slapd.Password);
    }

    [Fact]
    public async Task A_code_is_asked_for_as_well_and_setting_it_up_wants_the_directory_s_password()
    {
        await using var slapd = await Slapd.StartAsync("wangfang");
        await using var server = await StartAsync(slapd.ByTemplate());
        await AddAsync(server, "wangfang", directory: true);
        using var client = server.Client((await LogInAsync(server, "wangfang", Slapd.Password)).Token);

        using (var wrong = await client.PostAsJsonAsync("/api/v1/me/authenticator", new AuthenticatorRequest("wrong-horse-7"), EvidenceJson.Options))
            await TestDock.RefusedAsync(wrong, HttpStatusCode.Forbidden);
        using var asked = await client.PostAsJsonAsync("/api/v1/me/authenticator", new AuthenticatorRequest(Slapd.Password), EvidenceJson.Options);
        var key = await TestDock.ReadAsync<AuthenticatorKey>(asked);
        using (var proven = await client.PutAsJsonAsync("/api/v1/me/authenticator", new AuthenticatorProof(Authenticator.Code(key.Key, 0)), EvidenceJson.Options))
            proven.EnsureSuccessStatusCode();

        using (var without = await PostAsync(server, "wangfang", Slapd.Password))
            Assert.Contains("second factor", await TestDock.RefusedAsync(without, HttpStatusCode.Unauthorized), StringComparison.Ordinal);
        // A right code with a wrong password opens nothing and is not used up.
        using (var wrong = await PostAsync(server, "wangfang", "wrong-horse-7", Authenticator.Code(key.Key, 1)))
            await TestDock.RefusedAsync(wrong, HttpStatusCode.Unauthorized);
        using var both = await PostAsync(server, "wangfang", Slapd.Password, Authenticator.Code(key.Key, 1));
        both.EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task A_directory_that_stops_or_hangs_locks_nobody_and_keeps_no_local_account_out()
    {
        await using var slapd = await Slapd.StartAsync("wangfang");
        await using var server = await StartAsync(slapd.Options(seconds: 1));
        await AddAsync(server, "wangfang", directory: true);
        await ReadyLocalAsync(server, "liqiang");
        foreach (var hangs in new[] { true, false })
        {
            await (hangs ? slapd.HangAsync() : slapd.StopAsync());
            var asked = Enumerable.Range(0, 3).Select(_ => PostAsync(server, "wangfang", Slapd.Password)).ToList();
            await LogInAsync(server, "liqiang", LocalPassword);
            foreach (var answer in await Task.WhenAll(asked))
            {
                using (answer)
                {
                    Assert.Contains("统一目录暂时无法核对密码", await TestDock.RefusedAsync(answer, HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
                    Assert.NotNull(answer.Headers.RetryAfter);
                }
            }

            Assert.NotNull((await StatusAsync(server)).Directory!.Trouble);
            await (hangs ? slapd.WakeAsync() : slapd.RestartAsync());
            await LetInAgainAsync(server, "wangfang");
            Assert.Null((await StatusAsync(server)).Directory!.Trouble);
        }

        Assert.Equal(0, await server.Catalogue.ReadAsync(db => db.Accounts.Where(a => a.UserName == "wangfang").Select(a => a.AccessFailedCount).SingleAsync(), default));
    }

    [Fact]
    public async Task A_searcher_who_is_not_let_in_is_the_service_s_fault_and_not_the_officer_s()
    {
        await using var slapd = await Slapd.StartAsync("wangfang");
        await using var server = await StartAsync(slapd.Options(searchPassword: "changed since"));
        await AddAsync(server, "wangfang", directory: true);

        using var answer = await PostAsync(server, "wangfang", Slapd.Password);

        Assert.DoesNotContain("searcher", await TestDock.RefusedAsync(answer, HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
        var trouble = (await StatusAsync(server)).Directory!;
        Assert.Contains("cn=searcher,dc=agency", trouble.Trouble, StringComparison.Ordinal);
        Assert.DoesNotContain("changed since", trouble.Trouble, StringComparison.Ordinal);
        Assert.NotNull(trouble.Since);
        Assert.Equal(0, slapd.BindsOf("wangfang"));
    }

    /// <summary>Known, unknown, here or in the directory, in times of peace and of an outage.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refusal_tells_neither_by_its_words_nor_by_its_time_whether_there_is_such_an_account(bool isAway)
    {
        await using var slapd = await Slapd.StartAsync("wangfang");
        await using var server = await StartAsync(slapd.Options());
        await AddAsync(server, "wangfang", directory: true);
        await ReadyLocalAsync(server, "liqiang");
        await LogInAsync(server, "wangfang", Slapd.Password);
        if (isAway)
            await slapd.StopAsync();
        var answers = new List<(HttpStatusCode, string)>();
        foreach (var name in new[] { "wangfang", "liqiang", "nobody", "*", "wangfang)(uid=*", "uid=wangfang", "王芳" })
        {
            var watch = Stopwatch.StartNew();
            using var answer = await PostAsync(server, name, "wrong-horse-7");
            answers.Add((answer.StatusCode, await answer.Content.ReadAsStringAsync()));
            var seconds = watch.Elapsed.TotalSeconds;
            // A timer may be a moment early.
            Assert.True(Math.Round(seconds) >= 1 && Math.Abs(seconds - Math.Round(seconds)) < 0.4, $"{name}: {seconds}");
        }

        Assert.Single(answers.Select(a => (a.Item1, System.Text.RegularExpressions.Regex.Replace(a.Item2, "\"(traceId|instance)\":\"[^\"]*\"", ""))).Distinct());
        Assert.Equal(isAway ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.Unauthorized, answers[0].Item1);
        if (!isAway)
            Assert.DoesNotContain("nobody", slapd.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hostile_names_are_answered_and_never_reach_the_directory()
    {
        await using var slapd = await Slapd.StartAsync("wangfang");
        await using var server = await StartAsync(slapd.Options());
        await AddAsync(server, "wangfang", directory: true);
        foreach (var name in new[] { "*", ")(uid=*", "\\", "a,ou=people", "wang\0fang", new string('w', 300), "\ud800", "wangfang " })
        {
            using var answer = await server.Anonymous.PostAsync("/api/v1/sessions", new StringContent(
                $"{{\"userName\":{System.Text.Json.JsonSerializer.Serialize(name.Replace("\ud800", "?", StringComparison.Ordinal)).Replace("?", "\\ud800", StringComparison.Ordinal)},\"password\":\"{Slapd.Password}\",\"code\":null}}",
                System.Text.Encoding.UTF8, "application/json"));
            Assert.True(answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized, $"{name}: {answer.StatusCode}");
        }

        Assert.Equal(0, slapd.BindsOf("wangfang"));
        Assert.DoesNotContain("SRCH base=\"dc=agency\"", slapd.Log, StringComparison.Ordinal);
        using var made = await server.Operator.PostAsJsonAsync("/api/v1/accounts", new AccountRequest("li,si", "李四", Unit.Root, null, Directory: true), EvidenceJson.Options);
        await TestDock.RefusedAsync(made, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task An_account_goes_over_to_the_directory_and_back()
    {
        await using var slapd = await Slapd.StartAsync("wangfang");
        await using var server = await StartAsync(slapd.Options());
        await ReadyLocalAsync(server, "wangfang");
        using var session = server.Client((await LogInAsync(server, "wangfang", LocalPassword)).Token);

        Assert.Null((await SetAsync(server, true)).Password);
        using (var over = await session.GetAsync("/api/v1/me"))
            await TestDock.RefusedAsync(over, HttpStatusCode.Unauthorized);
        using (var old = await PostAsync(server, "wangfang", LocalPassword))
            await TestDock.RefusedAsync(old, HttpStatusCode.Unauthorized);
        using var client = server.Client((await LogInAsync(server, "wangfang", Slapd.Password)).Token);
        using (var changed = await client.PutAsJsonAsync("/api/v1/me/password", new PasswordChange(Slapd.Password, "correct-horse-8"), EvidenceJson.Options))
            Assert.Contains("在目录中", await TestDock.RefusedAsync(changed, HttpStatusCode.Conflict), StringComparison.Ordinal);
        using (var reset = await server.Operator.PostAsync("/api/v1/accounts/wangfang/password", null))
            Assert.Contains("在目录中", await TestDock.RefusedAsync(reset, HttpStatusCode.Conflict), StringComparison.Ordinal);
        // Repeated it changes nothing: the session lives on.
        Assert.Null((await SetAsync(server, true)).Password);
        using (var me = await client.GetAsync("/api/v1/me"))
            me.EnsureSuccessStatusCode();

        var back = await SetAsync(server, false);
        Assert.NotNull(back.Until);
        Assert.True((await LogInAsync(server, "wangfang", back.Password!)).ChangePassword);
        using (var directory = await PostAsync(server, "wangfang", Slapd.Password))
            await TestDock.RefusedAsync(directory, HttpStatusCode.Unauthorized);
        Assert.Null((await SetAsync(server, false)).Password);
        Assert.Equal(2, (await ChainAsync(server)).Count(e => e.Kind == CustodyEventKind.AccountChanged && e.Detail.Contains("并入目录", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Without_a_directory_no_account_is_given_to_it_and_those_it_had_are_told()
    {
        await using var slapd = await Slapd.StartAsync("wangfang");
        await using var first = await StartAsync(slapd.Options());
        await AddAsync(first, "wangfang", directory: true);
        await using var server = await TestServer.StartAsync(cluster, withJobs: false, database: first.Database);

        using (var refused = await server.Operator.PostAsJsonAsync("/api/v1/accounts", new AccountRequest("zhaomin", "赵敏", Unit.Root, null, Directory: true), EvidenceJson.Options))
            Assert.Contains("尚未配置目录", await TestDock.RefusedAsync(refused, HttpStatusCode.Conflict), StringComparison.Ordinal);
        using (var answer = await PostAsync(server, "wangfang", Slapd.Password))
            await TestDock.RefusedAsync(answer, HttpStatusCode.ServiceUnavailable);
        Assert.Null((await StatusAsync(server)).Directory);
        Assert.NotNull((await SetAsync(server, false)).Password);
    }

    [Fact]
    public async Task Nobody_sets_their_own_account_s_flag_and_a_spreadsheet_may_set_it()
    {
        await using var slapd = await Slapd.StartAsync("wangfang");
        await using var server = await StartAsync(slapd.Options());
        using var security = await server.PersonAsync("赵安", Role.SecurityAdministrator);
        var own = Uri.EscapeDataString(TestServer.Called("赵安").Split('(', ')')[1]);
        using (var refused = await security.PutAsJsonAsync($"/api/v1/accounts/{own}/directory", new DirectoryChange(true, "自己改"), EvidenceJson.Options))
            await TestDock.RefusedAsync(refused, HttpStatusCode.Conflict);

        using var imported = await security.PostAsJsonAsync(
            "/api/v1/imports/accounts", new { csv = "账号,姓名,目录登录\nwangfang,王芳,是\nliqiang,李强,否\nzhaomin,赵敏,也许\n" }, EvidenceJson.Options);
        var text = await imported.Content.ReadAsStringAsync();
        Assert.Contains("应为是或否", text, StringComparison.Ordinal);
        await LogInAsync(server, "wangfang", Slapd.Password);
    }

    private Task<TestServer> StartAsync(DirectoryOptions directory) => TestServer.StartAsync(cluster, withJobs: false, directory: directory);

    private static async Task<OneTimePassword> AddAsync(TestServer server, string userName, bool directory)
    {
        using var answer = await server.Operator.PostAsJsonAsync("/api/v1/accounts", new AccountRequest(userName, "人-" + userName, Unit.Root, null, directory), EvidenceJson.Options);
        return await TestDock.ReadAsync<OneTimePassword>(answer);
    }

    private static async Task ReadyLocalAsync(TestServer server, string userName)
    {
        var once = await AddAsync(server, userName, directory: false);
        using var session = server.Client((await LogInAsync(server, userName, once.Password!)).Token);
        using var changed = await session.PutAsJsonAsync("/api/v1/me/password", new PasswordChange(once.Password!, LocalPassword), EvidenceJson.Options);
        changed.EnsureSuccessStatusCode();
    }

    private static async Task<OneTimePassword> SetAsync(TestServer server, bool directory)
    {
        using var answer = await server.Operator.PutAsJsonAsync("/api/v1/accounts/wangfang/directory", new DirectoryChange(directory, "并入目录"), EvidenceJson.Options);
        return await TestDock.ReadAsync<OneTimePassword>(answer);
    }

    private static Task<HttpResponseMessage> PostAsync(TestServer server, string userName, string password, string? code = null) =>
        server.Anonymous.PostAsJsonAsync("/api/v1/sessions", new LogInRequest(userName, password, code), EvidenceJson.Options);

    private static async Task<LogInAnswer> LogInAsync(TestServer server, string userName, string password)
    {
        using var answer = await PostAsync(server, userName, password);
        return await TestDock.ReadAsync<LogInAnswer>(answer);
    }

    /// <summary>A directory that has just come back answers within its one second when the machine lets it.</summary>
    private static async Task LetInAgainAsync(TestServer server, string userName)
    {
        for (var tries = 0; ; tries++)
        {
            using var answer = await PostAsync(server, userName, Slapd.Password);
            if (answer.IsSuccessStatusCode)
                return;
            Assert.True(tries < 10, await answer.Content.ReadAsStringAsync());
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        }
    }

    private static async Task<ServerStatus> StatusAsync(TestServer server) =>
        (await server.Operator.GetFromJsonAsync<ServerStatus>("/api/v1/status", EvidenceJson.Options))!;

    private static async Task<List<ServiceEventView>> ChainAsync(TestServer server) =>
        (await server.Operator.GetFromJsonAsync<List<ServiceEventView>>("/api/v1/service/custody?limit=1000", EvidenceJson.Options))!;
}
