using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Tests.Support;
using Npgsql;

namespace EvidenceIngest.Server.Tests.People;

/// <summary>Who may give which role to whom.</summary>
public sealed class GrantTests(PrivateCluster cluster)
{
    [Fact]
    public async Task A_custodian_needs_a_second_person_and_loses_the_role_at_once()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var person = await server.PersonAsync("王芳", Role.Officer);
        using var one = await server.PersonAsync("甲", Role.SecurityAdministrator);
        using var another = await server.PersonAsync("乙", Role.SecurityAdministrator);
        var account = await OfAsync(server, "王芳");

        var grant = await GrantAsync(one, account, Role.Custodian);
        Assert.False(grant.InForce);
        Assert.Equal(HttpStatusCode.Forbidden, await ReadAsync(person));
        using (var same = await one.PostAsync($"/api/v1/grants/{grant.Grant}/confirm", null))
            Assert.Contains("third person", await TestDock.RefusedAsync(same, HttpStatusCode.Conflict), StringComparison.Ordinal);
        using (var confirmed = await another.PostAsync($"/api/v1/grants/{grant.Grant}/confirm", null))
            Assert.True((await TestDock.ReadAsync<GrantView>(confirmed)).InForce);
        Assert.Equal(HttpStatusCode.OK, await ReadAsync(person));
        using (var revoked = await one.PostAsJsonAsync($"/api/v1/grants/{grant.Grant}/revoke", new GrantWord("调岗"), EvidenceJson.Options))
            revoked.EnsureSuccessStatusCode();
        Assert.Equal(HttpStatusCode.Forbidden, await ReadAsync(person));

        var told = (await server.Operator.GetFromJsonAsync<List<ServiceEventView>>("/api/v1/service/custody?limit=1000", EvidenceJson.Options))!;
        CustodyEventKind[] kinds = [CustodyEventKind.RoleGranted, CustodyEventKind.RoleConfirmed, CustodyEventKind.RoleRevoked];
        Assert.Equal(kinds, told.Where(e => kinds.Contains(e.Kind)).Select(e => e.Kind));
        Assert.All(told.Where(e => kinds.Contains(e.Kind)), e => Assert.Contains(TestServer.Called("王芳"), e.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nobody_gives_or_confirms_anything_for_themselves()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var one = await server.PersonAsync("甲", Role.SecurityAdministrator);
        var account = await OfAsync(server, "甲");
        using (var own = await one.PostAsJsonAsync($"/api/v1/accounts/{account}/roles", new GrantRequest(Role.Supervisor, Unit.Root, "自己"), EvidenceJson.Options))
            await TestDock.RefusedAsync(own, HttpStatusCode.Conflict);
        using (var reset = await one.PostAsync($"/api/v1/accounts/{account}/password", null))
            await TestDock.RefusedAsync(reset, HttpStatusCode.Conflict);

        var grant = await GrantAsync(server.Operator, account, Role.Head);
        using var confirm = await one.PostAsync($"/api/v1/grants/{grant.Grant}/confirm", null);

        await TestDock.RefusedAsync(confirm, HttpStatusCode.Conflict);
    }

    /// <summary>Else the second person could be an account of the first one's own making.</summary>
    [Fact]
    public async Task A_security_administrator_makes_no_second_one_alone()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var one = await server.PersonAsync("甲", Role.SecurityAdministrator);
        using var other = await server.PersonAsync("丙", Role.SecurityAdministrator);
        using var person = await server.PersonAsync("王芳", Role.Officer);
        using var owners = await server.PersonAsync("丁", Role.Officer);
        var made = await GrantAsync(one, await OfAsync(server, "王芳"), Role.SecurityAdministrator);

        Assert.False(made.InForce);
        using (var accounts = await person.GetAsync("/api/v1/accounts"))
            await TestDock.RefusedAsync(accounts, HttpStatusCode.Forbidden);
        using (var reset = await one.PostAsync($"/api/v1/accounts/{await OfAsync(server, "丙")}/password", null))
            reset.EnsureSuccessStatusCode();
        var suspended = await server.Operator.GetFromJsonAsync<AccountView>("/api/v1/accounts/" + await OfAsync(server, "丙"), EvidenceJson.Options);
        Assert.False(suspended!.Roles.Single().InForce);
        Assert.True((await GrantAsync(server.Operator, await OfAsync(server, "丁"), Role.SecurityAdministrator)).InForce);
        using var confirmed = await owners.PostAsync($"/api/v1/grants/{made.Grant}/confirm", null);
        Assert.True((await TestDock.ReadAsync<GrantView>(confirmed)).InForce);
    }

    [Theory]
    [InlineData(Role.Custodian)]
    [InlineData(Role.Head)]
    public async Task Who_resets_a_password_can_t_act_with_it_before_a_second_person_agreed(Role role)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var person = await server.PersonAsync("王芳", role);
        using var one = await server.PersonAsync("甲", Role.SecurityAdministrator);
        using var another = await server.PersonAsync("乙", Role.SecurityAdministrator);
        var account = await OfAsync(server, "王芳");

        // Also a role that waits: somebody else gave it, and the word that it waits for must not be the resetter's.
        await GrantAsync(another, account, role == Role.Head ? Role.Custodian : Role.Head);
        using (var reset = await one.PostAsync($"/api/v1/accounts/{account}/password", null))
            reset.EnsureSuccessStatusCode();

        var held = (await one.GetFromJsonAsync<AccountView>("/api/v1/accounts/" + account, EvidenceJson.Options))!.Roles;
        Assert.Equal([Role.Custodian, Role.Head], held.Select(g => g.Role).Order());
        Assert.All(held, g => Assert.False(g.InForce));
        foreach (var grant in held)
        {
            using (var own = await one.PostAsync($"/api/v1/grants/{grant.Grant}/confirm", null))
                Assert.Contains("third person", await TestDock.RefusedAsync(own, HttpStatusCode.Conflict), StringComparison.Ordinal);
            using var agreed = await another.PostAsync($"/api/v1/grants/{grant.Grant}/confirm", null);
            Assert.True((await TestDock.ReadAsync<GrantView>(agreed)).InForce);
        }
    }

    [Theory]
    [InlineData(Role.SystemAdministrator, Role.SecurityAdministrator)]
    [InlineData(Role.SystemAdministrator, Role.Auditor)]
    [InlineData(Role.Auditor, Role.SecurityAdministrator)]
    public async Task No_account_holds_two_of_the_three_administrators_roles(Role held, Role asked)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var person = await server.PersonAsync("甲", held);
        var account = await OfAsync(server, "甲");
        using (var second = await server.Operator.PostAsJsonAsync($"/api/v1/accounts/{account}/roles", new GrantRequest(asked, Unit.Root, "兼任"), EvidenceJson.Options))
            Assert.Contains("one of the three", await TestDock.RefusedAsync(second, HttpStatusCode.Conflict), StringComparison.Ordinal);

        await using var owner = NpgsqlDataSource.Create(PrivateCluster.AsOwner(server.Database));
        await using var command = owner.CreateCommand(
            $"""
             insert into role_grants (id, account_id, role, unit_id, why, granted_at, granted_by)
             select gen_random_uuid(), id, '{asked}', 'root', 'x', now(), 'x' from accounts where user_name = '{account}'
             """);
        Assert.Equal("23001", (await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync())).SqlState);
    }

    [Fact]
    public async Task Who_gives_roles_in_one_unit_can_t_take_over_an_account_that_reaches_further()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        Assert.Equal(HttpStatusCode.OK, await SetAsync(server.Operator, "aj", "root"));
        using var wide = await server.PersonAsync("王芳", Role.Supervisor, "aj");
        using var wider = await server.PersonAsync("王芳", Role.Custodian);
        using var own = await server.PersonAsync("李强", Role.Supervisor, "aj");
        using var security = await server.PersonAsync("甲", Role.SecurityAdministrator, "aj");
        async Task<HttpResponseMessage> ResetAsync(string name) => await security.PostAsync($"/api/v1/accounts/{await OfAsync(server, name)}/password", null);

        using (var reset = await ResetAsync("王芳"))
            Assert.Contains("beyond your units", await TestDock.RefusedAsync(reset, HttpStatusCode.Conflict), StringComparison.Ordinal);
        using var allowed = await ResetAsync("李强");

        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await ReadAsync(wider));
    }

    [Fact]
    public async Task Units_move_with_all_below_and_never_into_a_ring()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        foreach (var (unit, parent) in new[] { ("aj", "root"), ("zd1", "aj"), ("zu1", "zd1"), ("bj", "root") })
            Assert.Equal(HttpStatusCode.OK, await SetAsync(server.Operator, unit, parent));
        using var custodian = await server.PersonAsync("王芳", Role.Custodian, "bj");
        Assert.Equal(HttpStatusCode.BadRequest, await SetAsync(server.Operator, "aj", "zu1"));
        Assert.Equal(HttpStatusCode.BadRequest, await SetAsync(server.Operator, "../x", "root"));
        Assert.Equal(HttpStatusCode.BadRequest, await SetAsync(server.Operator, "zd9", "nowhere"));

        Assert.Equal(HttpStatusCode.OK, await SetAsync(server.Operator, "zd1", "bj"));

        var units = (await custodian.GetFromJsonAsync<List<UnitView>>("/api/v1/units", EvidenceJson.Options))!;
        Assert.Equal(["/root/", "/root/aj/", "/root/bj/", "/root/bj/zd1/", "/root/bj/zd1/zu1/"], units.Select(u => u.Path));
    }

    [Fact]
    public async Task A_program_s_token_works_from_its_networks_only()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        async Task<HttpStatusCode> FromAsync(params string[] networks)
        {
            using var issued = await server.Operator.PostAsJsonAsync("/api/v1/tokens", new TokenRequest("办案系统", Role.CaseSystem, Addresses: networks), EvidenceJson.Options);
            if (!issued.IsSuccessStatusCode)
                return issued.StatusCode;
            using var client = server.Client((await TestDock.ReadAsync<IssuedToken>(issued)).Secret);
            return await ReadAsync(client);
        }

        Assert.Equal(HttpStatusCode.OK, await FromAsync("10.0.0.0/8", "127.0.0.0/8"));
        Assert.Equal(HttpStatusCode.Forbidden, await FromAsync("10.0.0.0/8"));
        Assert.Equal(HttpStatusCode.BadRequest, await FromAsync("ten"));
        using var person = await server.Operator.PostAsJsonAsync("/api/v1/tokens", new TokenRequest("王芳", Role.Custodian), EvidenceJson.Options);
        Assert.Contains("people have accounts", await TestDock.RefusedAsync(person, HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> ReadAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("/api/v1/items");
        return answer.StatusCode;
    }

    private static async Task<string> OfAsync(TestServer server, string name) =>
        (await server.Operator.GetFromJsonAsync<List<AccountView>>("/api/v1/accounts", EvidenceJson.Options))!.Single(a => a.Name == name).UserName;

    private static async Task<GrantView> GrantAsync(HttpClient by, string account, Role role)
    {
        using var answer = await by.PostAsJsonAsync($"/api/v1/accounts/{account}/roles", new GrantRequest(role, Unit.Root, "任命"), EvidenceJson.Options);
        return await TestDock.ReadAsync<GrantView>(answer);
    }

    private static async Task<HttpStatusCode> SetAsync(HttpClient by, string unit, string parent)
    {
        using var answer = await by.PutAsJsonAsync("/api/v1/units/" + Uri.EscapeDataString(unit), new UnitRequest(unit, UnitKind.Team, parent), EvidenceJson.Options);
        return answer.StatusCode;
    }
}
