using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Recorders;
using EvidenceIngest.Server.Tests.Access;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Recorders;

public sealed class RecorderProfilesTests(PrivateCluster cluster)
{
    /// <summary>This server's machine has no files: the profile that the dock used is another machine's.</summary>
    [Fact]
    public async Task Profiles_of_other_docks_are_told_with_the_recorders_of_the_callers_own_units_alone()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.VaultIsProbedAsync();
        await ReachTests.PutAsync(server, "units/zd1", new UnitRequest("一中队", UnitKind.Team, "root"));
        await ReachTests.PutAsync(server, "units/zd2", new UnitRequest("二中队", UnitKind.Team, "root"));
        var dock = await server.EnrolDockAsync();
        foreach (var recorder in new[] { "dev-1", "dev-2", "dev-3" })
            await dock.AnnounceAsync(TestDock.Record(recorder, AttachmentKind.Usb));
        await ReachTests.PutAsync(server, "recorders/dev-1/assignment", new AssignmentRequest("013302", "王芳", Unit: "zd1"));

        using var first = await server.PersonAsync("王芳", Role.Custodian, "zd1");
        using var second = await server.PersonAsync("李雷", Role.Custodian, "zd2");
        using var system = await server.PersonAsync("孙系统", Role.SystemAdministrator);
        Assert.Equal([new ProfileUse("dsj-msc", 3)], await ElsewhereAsync(server.Operator));
        Assert.Equal([new ProfileUse("dsj-msc", 3)], await ElsewhereAsync(system));
        Assert.Equal([new ProfileUse("dsj-msc", 1)], await ElsewhereAsync(first));
        Assert.Empty(await ElsewhereAsync(second));
    }

    private static async Task<IReadOnlyList<ProfileUse>> ElsewhereAsync(HttpClient person)
    {
        using var answer = await person.GetAsync("/api/v1/recorder-profiles");
        var known = await TestDock.ReadAsync<RecorderProfilesView>(answer);
        Assert.Empty(known.Profiles);
        return known.Elsewhere;
    }
}
