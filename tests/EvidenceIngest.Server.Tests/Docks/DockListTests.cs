using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Docks;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Docks;

public sealed class DockListTests(PrivateCluster cluster)
{
    [Fact]
    public async Task Docks_without_bays_are_listed_and_those_of_other_units_are_not()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var made = await server.Operator.PutAsJsonAsync("/api/v1/units/zd1", new UnitRequest("一中队", UnitKind.Team, "root"), EvidenceJson.Options);
        made.EnsureSuccessStatusCode();
        var near = await server.EnrolDockAsync("甲");
        await server.EnrolDockAsync("乙");
        var docks = await ListAsync(server.Operator);
        Assert.Equal(["乙", "甲"], docks.Select(d => d.Name).Order(StringComparer.Ordinal));
        Assert.All(docks, d => Assert.Equal((null, null, 0), (d.ReportedAt, d.Address, d.Bays)));

        var id = docks.Single(d => d.Name == "甲").Dock;
        using var placed = await server.Operator.PutAsJsonAsync($"/api/v1/docks/{id}/unit", new DockPlace("zd1"), EvidenceJson.Options);
        placed.EnsureSuccessStatusCode();
        using var reported = await near.Http.PutAsJsonAsync("/api/v1/docks/me/bays", new[] { new BayReport("1-2", "Empty", null, null, 0, 0, 0, 0, server.Clock.GetUtcNow()) }, EvidenceJson.Options);
        reported.EnsureSuccessStatusCode();

        using var custodian = await server.PersonAsync("王芳", Role.Custodian, "zd1");
        var seen = Assert.Single(await ListAsync(custodian));
        Assert.Equal((id, "zd1", "127.0.0.1", 1), (seen.Dock, seen.Unit, seen.Address, seen.Bays));
        Assert.True(server.Clock.GetUtcNow() - seen.ReportedAt < TimeSpan.FromMinutes(1));
    }

    private static async Task<DockView[]> ListAsync(HttpClient client) => await TestDock.ReadAsync<DockView[]>(await client.GetAsync("/api/v1/docks"));
}
