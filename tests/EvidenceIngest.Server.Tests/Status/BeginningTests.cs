using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Recorders;
using EvidenceIngest.Server.Status;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Status;

public sealed class BeginningTests(PrivateCluster cluster)
{
    [Fact]
    public async Task Each_step_counts_once_it_is_really_done()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.VaultIsProbedAsync();
        Assert.Equal(new Beginning(0, 0, 0, 0, 0, 0, 0), await ReadAsync(server.Operator));

        using var security = await server.PersonAsync("吴安全", Role.SecurityAdministrator);
        using var system = await server.PersonAsync("孙系统", Role.SystemAdministrator);
        using var added = await server.Operator.PostAsJsonAsync("/api/v1/accounts", new AccountRequest("guanli", "王管理", "root", null), EvidenceJson.Options);
        added.EnsureSuccessStatusCode();
        using var given = await server.Operator.PostAsJsonAsync("/api/v1/accounts/guanli/roles", new GrantRequest(Role.Custodian, "root", "岗位职责"), EvidenceJson.Options);
        var grant = await TestDock.ReadAsync<GrantView>(given);
        Assert.Equal(new Beginning(1, 0, 1, 0, 0, 0, 0), await ReadAsync(security));

        using var confirmed = await security.PostAsync($"/api/v1/grants/{grant.Grant}/confirm", null);
        confirmed.EnsureSuccessStatusCode();
        var dock = await server.EnrolDockAsync();
        using var assigned = await server.Operator.PutAsJsonAsync("/api/v1/recorders/dev-T000001/assignment", new AssignmentRequest("000123", "周执法"), EvidenceJson.Options);
        assigned.EnsureSuccessStatusCode();
        Assert.Equal(new Beginning(1, 1, 0, 1, 1, 0, 0), await ReadAsync(system));

        var item = (await dock.DeliverAsync(TestDock.Record())).ItemId;
        Assert.Equal(new Beginning(1, 1, 0, 1, 1, 1, 0), await ReadAsync(system));
        await server.RunAsync(item, Stage.Seal);
        Assert.Equal(new Beginning(1, 1, 0, 1, 1, 1, 1), await ReadAsync(system));

        // Whoever is disabled does nothing any more.
        using var disabled = await server.Operator.PatchAsJsonAsync("/api/v1/accounts/guanli", new AccountChange(null, null, true, "离任"), EvidenceJson.Options);
        disabled.EnsureSuccessStatusCode();
        Assert.Equal(new Beginning(1, 0, 0, 1, 1, 1, 1), await ReadAsync(system));
    }

    [Theory]
    [InlineData(Role.Officer, "root")]
    [InlineData(Role.Auditor, "root")]
    [InlineData(Role.Custodian, "zd1")]
    [InlineData(Role.SecurityAdministrator, "zd1")]
    public async Task Whoever_is_not_of_the_whole_installation_is_told_nothing_of_it(Role role, string unit)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var made = await server.Operator.PutAsJsonAsync("/api/v1/units/zd1", new UnitRequest("一中队", UnitKind.Team, "root"), EvidenceJson.Options);
        made.EnsureSuccessStatusCode();
        using var person = await server.PersonAsync("某人", role, unit);
        using var answer = await person.GetAsync("/api/v1/status/beginning");
        await TestDock.RefusedAsync(answer, HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task The_status_tells_what_the_server_stands_on()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var system = await server.PersonAsync("孙系统", Role.SystemAdministrator);
        var machine = (await TestDock.ReadAsync<ServerStatus>(await system.GetAsync("/api/v1/status"))).Machine;
        Assert.StartsWith("15", machine.Database.Version, StringComparison.Ordinal);
        Assert.True(machine.Database.Bytes > 1 << 20);
        Assert.True(machine.StartedAt < DateTimeOffset.UtcNow && machine.StartedAt > DateTimeOffset.UtcNow.AddDays(-1));
        Assert.Equal(["work", "witness"], machine.Disks.Select(d => d.Use));
        Assert.All(machine.Disks, d => Assert.True(d.FreeBytes > 0 && d.FreeBytes <= d.TotalBytes));
    }

    private static async Task<Beginning> ReadAsync(HttpClient client) => await TestDock.ReadAsync<Beginning>(await client.GetAsync("/api/v1/status/beginning"));
}
