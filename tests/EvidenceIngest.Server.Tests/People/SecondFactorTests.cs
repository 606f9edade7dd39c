using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using EvidenceIngest.Domain;
using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Status;
using EvidenceIngest.Server.Tests.Access;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Tests.People;

/// <summary>Roles that demand a second factor, and what the database holds of its key.</summary>
public sealed partial class SecondFactorTests(PrivateCluster cluster)
{
    private const string Password = "correct-horse-7";

    [Fact]
    public async Task A_role_that_demands_a_second_factor_opens_nothing_but_its_setting_up()
    {
        await using var server = await StartAsync(Role.SecurityAdministrator, Role.Auditor);
        var wrong = new List<string>();
        var tried = 0;
        // A second role that demands none, and would open more, opens nothing either.
        using var person = await server.PersonAsync("赵安", Role.SecurityAdministrator);
        using (await server.PersonAsync("赵安", Role.Custodian))
        {
            foreach (var endpoint in server.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(e => !ReachTests.Open.Contains(e.RoutePattern.RawText!)))
            {
                var demand = endpoint.Metadata.GetMetadata<TokenDemand>()!;
                if (demand.Kind != TokenKind.Operator)
                    continue;
                var method = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0];
                var path = Parameter().Replace(endpoint.RoutePattern.RawText!, m => m.Value.Contains("guid", StringComparison.Ordinal) ? Guid.Empty.ToString() : "1");
                if (demand.AnyOf.Contains(Scopes.Self))
                {
                    if (!path.StartsWith("/api/v1/me", StringComparison.Ordinal))
                        wrong.Add($"{method} {path} stays open");
                    continue;
                }

                using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method is "POST" or "PUT" or "PATCH" ? JsonContent.Create(new { }) : null };
                using var answer = await person.SendAsync(request);
                var body = await answer.Content.ReadAsStringAsync();
                if (answer.StatusCode != HttpStatusCode.Forbidden || (method != "HEAD" && !body.Contains("\"setUpSecondFactor\":true", StringComparison.Ordinal)))
                    wrong.Add($"{method} {path}: {(int)answer.StatusCode} {body}");
                tried++;
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.InRange(tried, 100, 1000);
        using var custodian = await server.PersonAsync("王芳", Role.Custodian);
        using var items = await custodian.GetAsync("/api/v1/items");
        items.EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task A_role_whose_second_person_has_not_spoken_demands_nothing_and_one_that_is_given_later_does_at_once()
    {
        await using var server = await StartAsync(Role.Custodian, Role.Auditor);
        var once = await AddAsync(server, "wangfang", Role.Custodian);
        var first = await LogInAsync(server, "wangfang", once);
        Assert.True(first.ChangePassword);
        Assert.False(first.SetUpSecondFactor);
        using var session = server.Client(first.Token);
        using (var changed = await session.PutAsJsonAsync("/api/v1/me/password", new PasswordChange(once, Password), EvidenceJson.Options))
            changed.EnsureSuccessStatusCode();
        Assert.False((await LogInAsync(server, "wangfang", Password)).SetUpSecondFactor);

        using (var security = await server.PersonAsync("赵安", Role.SecurityAdministrator))
        {
            using var me = await session.GetAsync("/api/v1/me");
            var grant = (await TestDock.ReadAsync<AccountView>(me)).Roles.Single().Grant;
            using var confirmed = await security.PostAsync($"/api/v1/grants/{grant}/confirm", null);
            confirmed.EnsureSuccessStatusCode();
        }

        using (var items = await session.GetAsync("/api/v1/items"))
            Assert.Contains("双因素认证", await TestDock.RefusedAsync(items, HttpStatusCode.Forbidden), StringComparison.Ordinal);
        Assert.True((await LogInAsync(server, "wangfang", Password)).SetUpSecondFactor);
        await SetUpAsync(session, Password);
        using (var items = await session.GetAsync("/api/v1/items"))
            items.EnsureSuccessStatusCode();
        using var dropped = await server.Operator.PostAsJsonAsync("/api/v1/accounts/wangfang/authenticator/drop", new GrantWord("手机遗失"), EvidenceJson.Options);
        dropped.EnsureSuccessStatusCode();
        Assert.True((await LogInAsync(server, "wangfang", Password)).SetUpSecondFactor);
    }

    /// <summary>The built program, as a person runs it for the first time.</summary>
    [Fact]
    public async Task The_command_line_leads_from_a_one_time_password_to_a_second_factor()
    {
        await using var server = await StartAsync(Role.Auditor);
        var once = await AddAsync(server, "wangfang", Role.Auditor);
        var home = Directory.CreateTempSubdirectory("evidence-login-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(home, "once"), once);
            await File.WriteAllTextAsync(Path.Combine(home, "password"), Password);
            var environment = new Dictionary<string, string> { ["EVIDENCE_HOME"] = home, ["EVIDENCE_Dock__Server"] = server.Anonymous.BaseAddress!.ToString() };
            await using var program = ChildProcess.Start(
                Installation.Executable,
                ["login", "wangfang", "--password-file", Path.Combine(home, "once"), "--new-password-file", Path.Combine(home, "password"), "--out", Path.Combine(home, "token")],
                environment, withInput: true);
            await Eventually.HoldsAsync(() => Task.FromResult(program.Error.Contains("otpauth://", StringComparison.Ordinal) || program.HasExited), "it shows a key");
            Assert.False(File.Exists(Path.Combine(home, "token")), "a token before the second factor");
            await program.SayAsync(Authenticator.Code(Secret().Match(program.Error).Groups[1].Value, 0));
            Assert.True(await program.WaitAsync(TimeSpan.FromSeconds(60)) == 0, program.Error);

            using var session = server.Client((await File.ReadAllTextAsync(Path.Combine(home, "token"))).Trim());
            using var events = await session.GetAsync("/api/v1/service/custody");
            events.EnsureSuccessStatusCode();
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    [Fact]
    public async Task The_database_does_not_hold_the_key_of_a_second_factor()
    {
        await using var server = await StartAsync();
        var key = await ReadyAsync(server, "wangfang");

        await using var source = Npgsql.NpgsqlDataSource.Create(server.Database);
        await using var dump = source.CreateCommand("select json_agg(t)::text from account_tokens t");
        var text = (string)(await dump.ExecuteScalarAsync())!;

        Assert.DoesNotContain(key, text, StringComparison.Ordinal);
        Assert.Contains("dp:", text, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(server.Get<ServerOptions>().KeyRingFolder));
        await LogInAsync(server, "wangfang", Password, Authenticator.Code(key, 1));
    }

    [Fact]
    public async Task A_key_that_an_earlier_version_left_as_it_is_is_encrypted_once_and_goes_on_working()
    {
        await using var server = await StartAsync();
        var key = await ReadyAsync(server, "wangfang");
        await server.Catalogue.WriteAsync(db => db.UserTokens.ExecuteUpdateAsync(set => set.SetProperty(t => t.Value, key)), default);
        var keeping = server.Get<SecondFactorKeeping>();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => keeping.RunOnceAsync(default)));
        var encrypted = await ValueAsync(server);
        await keeping.RunOnceAsync(default);

        Assert.StartsWith("dp:", encrypted, StringComparison.Ordinal);
        Assert.Equal(encrypted, await ValueAsync(server));
        Assert.Equal(0, keeping.Unreadable);
        await LogInAsync(server, "wangfang", Password, Authenticator.Code(key, 1));
    }

    [Fact]
    public async Task Without_its_key_ring_a_server_says_so_and_the_factor_can_be_taken_away()
    {
        await using var first = await StartAsync();
        var key = await ReadyAsync(first, "wangfang");
        // The same database, restored without the secrets.
        await using var server = await TestServer.StartAsync(cluster, withJobs: false, database: first.Database);
        await server.Get<SecondFactorKeeping>().RunOnceAsync(default);
        Assert.Equal(1, (await server.Operator.GetFromJsonAsync<ServerStatus>("/api/v1/status", EvidenceJson.Options))!.SecondFactorsUnreadable);

        using (var refused = await PostAsync(server, "wangfang", Password, Authenticator.Code(key, 1)))
            Assert.Contains("secrets/key-ring", await TestDock.RefusedAsync(refused, HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
        Assert.Equal(0, await server.Catalogue.ReadAsync(db => db.Accounts.Where(a => a.UserName == "wangfang").Select(a => a.AccessFailedCount).SingleAsync(), default));
        using (var dropped = await server.Operator.PostAsJsonAsync("/api/v1/accounts/wangfang/authenticator/drop", new GrantWord("密钥丢失"), EvidenceJson.Options))
            dropped.EnsureSuccessStatusCode();
        using var session = server.Client((await LogInAsync(server, "wangfang", Password)).Token);
        await SetUpAsync(session, Password);
        await server.Get<SecondFactorKeeping>().RunOnceAsync(default);
        Assert.Equal(0, server.Get<SecondFactorKeeping>().Unreadable);
    }

    [Fact]
    public async Task A_key_belongs_to_its_account_and_opens_no_other()
    {
        await using var server = await StartAsync();
        var (mine, _) = (await ReadyAsync(server, "wangfang"), await ReadyAsync(server, "liqiang"));
        // A thief with an account of his own writes its key over somebody else's.
        await server.Catalogue.WriteAsync(
            async db =>
            {
                var owners = await db.Accounts.ToDictionaryAsync(a => a.UserName!, a => a.Id);
                var stolen = await db.UserTokens.SingleAsync(t => t.UserId == owners["wangfang"]);
                await db.UserTokens.Where(t => t.UserId == owners["liqiang"]).ExecuteUpdateAsync(set => set.SetProperty(t => t.Value, stolen.Value));
            },
            default);

        using var refused = await PostAsync(server, "liqiang", Password, Authenticator.Code(mine, 1));

        await TestDock.RefusedAsync(refused, HttpStatusCode.ServiceUnavailable);
    }

    private Task<TestServer> StartAsync(params Role[] demanding) => TestServer.StartAsync(cluster, withJobs: false, secondFactorRoles: demanding);

    private static Task<string?> ValueAsync(TestServer server) => server.Catalogue.ReadAsync(db => db.UserTokens.Select(t => t.Value).SingleAsync(), default);

    private static async Task<string> AddAsync(TestServer server, string userName, Role role)
    {
        using var answer = await server.Operator.PostAsJsonAsync("/api/v1/accounts", new AccountRequest(userName, "人-" + userName, Unit.Root, null), EvidenceJson.Options);
        using var granted = await server.Operator.PostAsJsonAsync($"/api/v1/accounts/{userName}/roles", new GrantRequest(role, Unit.Root, "任命"), EvidenceJson.Options);
        granted.EnsureSuccessStatusCode();
        return (await TestDock.ReadAsync<OneTimePassword>(answer)).Password!;
    }

    /// <summary>Somebody with a password and a second factor.</summary>
    private static async Task<string> ReadyAsync(TestServer server, string userName)
    {
        var once = await AddAsync(server, userName, Role.Supervisor);
        using var session = server.Client((await LogInAsync(server, userName, once)).Token);
        using var changed = await session.PutAsJsonAsync("/api/v1/me/password", new PasswordChange(once, Password), EvidenceJson.Options);
        changed.EnsureSuccessStatusCode();
        return await SetUpAsync(session, Password);
    }

    private static async Task<string> SetUpAsync(HttpClient session, string password)
    {
        using var asked = await session.PostAsJsonAsync("/api/v1/me/authenticator", new AuthenticatorRequest(password), EvidenceJson.Options);
        var key = (await TestDock.ReadAsync<AuthenticatorKey>(asked)).Key;
        using var proven = await session.PutAsJsonAsync("/api/v1/me/authenticator", new AuthenticatorProof(Authenticator.Code(key, 0)), EvidenceJson.Options);
        proven.EnsureSuccessStatusCode();
        return key;
    }

    private static Task<HttpResponseMessage> PostAsync(TestServer server, string userName, string password, string? code) =>
        server.Anonymous.PostAsJsonAsync("/api/v1/sessions", new LogInRequest(userName, password, code), EvidenceJson.Options);

    private static async Task<LogInAnswer> LogInAsync(TestServer server, string userName, string password, string? code = null)
    {
        using var answer = await PostAsync(server, userName, password, code);
        return await TestDock.ReadAsync<LogInAnswer>(answer);
    }

    [GeneratedRegex(@"\{\**\w+[^}]*\}")]
    private static partial Regex Parameter();

    [GeneratedRegex("secret=([A-Z2-7]+)")]
    private static partial Regex Secret();
}
