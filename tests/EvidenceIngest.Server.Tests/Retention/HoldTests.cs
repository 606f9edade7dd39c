using System.Net;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Retention;
using EvidenceIngest.Server.Tests.Support;
using Npgsql;
using static EvidenceIngest.Server.Tests.Retention.RetentionFixture;

namespace EvidenceIngest.Server.Tests.Retention;

public sealed class HoldTests(PrivateCluster cluster)
{
    [Fact]
    public async Task Who_placed_a_hold_can_t_release_it_and_another_person_can()
    {
        await using var site = await StartAsync(cluster);
        var hold = await PlaceAsync(site, new HoldRequest([site.Item], null, "行政复议"));

        using (var own = await PostAsync(site.Custodian, $"holds/{hold.Hold}/release", new HoldRelease("结束")))
            Assert.Contains("another person", await TestDock.RefusedAsync(own, HttpStatusCode.Conflict), StringComparison.Ordinal);
        // A second token of the same person is the same person.
        using var again = await site.Server.PersonAsync("王芳", Role.Head);
        using (var own = await PostAsync(again, $"holds/{hold.Hold}/release", new HoldRelease("结束")))
            await TestDock.RefusedAsync(own, HttpStatusCode.Conflict);
        Assert.True((await site.RetentionAsync()).WithoutEnd);
        using (var other = await PostAsync(site.Head, $"holds/{hold.Hold}/release", new HoldRelease("复议终结")))
            Assert.Equal(TestServer.Called("李强"), (await TestDock.ReadAsync<HoldView>(other)).ReleasedBy);

        Assert.False((await site.RetentionAsync()).WithoutEnd);
        Assert.Contains("行政复议", (await site.LastAsync(CustodyEventKind.HoldPlaced)).Detail, StringComparison.Ordinal);
        var released = await site.LastAsync(CustodyEventKind.HoldReleased);
        Assert.Equal("operator:" + TestServer.Called("李强"), released.Actor);
        Assert.Contains("复议终结", released.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_held_item_is_locked_ahead_for_as_long_as_it_is_held()
    {
        await using var site = await StartAsync(cluster);
        await PlaceAsync(site, new HoldRequest([site.Item], null, "诉讼"));
        await site.KeepAsync();

        site.Server.Clock.Shift = TimeSpan.FromDays(366 * 10);
        await site.KeepAsync();

        Assert.True(await site.LockAsync() > site.Now.AddYears(2));
    }

    [Fact]
    public async Task A_hold_on_a_case_also_holds_what_is_linked_later()
    {
        await using var site = await StartAsync(cluster);
        await site.CaseAsync("C-9", new CaseRequest(null, null, null, CaseState.Closed, new DateOnly(2026, 11, 1)));
        var hold = await PlaceAsync(site, new HoldRequest(null, "C-9", "检察院调卷"));
        Assert.Empty(hold.Items);

        await site.LinkAsync("C-9");

        Assert.True((await site.RetentionAsync()).WithoutEnd);
        Assert.Contains("held by " + hold.Hold, (await site.LastAsync(CustodyEventKind.CaseLinked)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_database_refuses_one_person_for_both()
    {
        await using var site = await StartAsync(cluster);
        await PlaceAsync(site, new HoldRequest([site.Item], null, "诉讼"));
        await using var database = NpgsqlDataSource.Create(site.Server.Database);
        await using var command = database.CreateCommand("update holds set released_by = placed_by, released_at = now()");

        var refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());

        Assert.Equal("released_by_another", refused.ConstraintName);
    }

    [Fact]
    public async Task Roles_without_the_right_are_refused()
    {
        await using var site = await StartAsync(cluster);
        using var supervisor = await site.Server.PersonAsync("赵", Role.Supervisor);
        using var auditor = await site.Server.PersonAsync("钱", Role.Auditor);
        foreach (var client in new[] { supervisor, auditor })
        {
            using var place = await PostAsync(client, "holds", new HoldRequest([site.Item], null, "x"));
            await TestDock.RefusedAsync(place, HttpStatusCode.Forbidden);
        }

        var hold = await PlaceAsync(site, new HoldRequest([site.Item], null, "x"));
        using var release = await PostAsync(site.Server.Operator, $"holds/{hold.Hold}/release", new HoldRelease("x"));
        await TestDock.RefusedAsync(release, HttpStatusCode.Forbidden);
    }

    private static async Task<HoldView> PlaceAsync(RetentionFixture site, HoldRequest request)
    {
        using var answer = await PostAsync(site.Custodian, "holds", request);
        return await TestDock.ReadAsync<HoldView>(answer);
    }
}
