using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EvidenceIngest.Server.Tests.Custody;

public sealed class CustodyLogTests(PrivateCluster cluster)
{
    [Theory]
    [InlineData("update custody_events set hash = 'x'")]
    [InlineData("delete from custody_events")]
    [InlineData("truncate custody_events cascade")]
    [InlineData("update receipts set envelope = ''")]
    [InlineData("delete from receipts")]
    [InlineData("truncate receipts")]
    public async Task The_tables_owner_is_refused(string sql)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync();
        var status = await dock.DeliverAsync(TestDock.Record());
        await server.RunAsync(status.ItemId, Server.Pipeline.Stage.Seal);
        await using var owner = NpgsqlDataSource.Create(PrivateCluster.AsOwner(server.Database));
        await using (var who = owner.CreateCommand("select tableowner = current_user from pg_tables where tablename = 'custody_events'"))
            Assert.True((bool)(await who.ExecuteScalarAsync())!);

        await using var command = owner.CreateCommand(sql);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());

        Assert.Contains("append-only", refused.MessageText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("update custody_events set hash = 'x'")]
    [InlineData("delete from receipts")]
    [InlineData("truncate custody_events, log_leaves")]
    [InlineData("alter table custody_events disable trigger all")]
    [InlineData("alter table log_heads drop column root")]
    [InlineData("drop table log_publications")]
    [InlineData("drop trigger enter_log on custody_events")]
    [InlineData("create or replace function enter_log() returns trigger language plpgsql as 'begin return new; end'")]
    [InlineData("create trigger before_us before insert on custody_events for each row execute function refuse_change()")]
    [InlineData("set session_replication_role = replica")]
    [InlineData("update \"__EFMigrationsHistory\" set \"ProductVersion\" = ''")]
    public async Task The_applications_role_has_no_right_to_it(string sql)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await using var application = NpgsqlDataSource.Create(server.Database);
        await using var command = application.CreateCommand(sql);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task Entity_framework_is_refused_too()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var status = await (await server.EnrolDockAsync()).AnnounceAsync(TestDock.Record());

        var update = await Assert.ThrowsAsync<PostgresException>(() => server.Catalogue.WriteAsync(
            db => db.CustodyEvents.Where(e => e.ItemId == status.ItemId).ExecuteUpdateAsync(set => set.SetProperty(e => e.Hash, "x")), default));
        var delete = await Assert.ThrowsAsync<DbUpdateException>(() => server.Catalogue.WriteAsync(
            async db => db.Remove(await db.CustodyEvents.FirstAsync(e => e.ItemId == status.ItemId)), default));

        Assert.Contains("permission denied", update.MessageText, StringComparison.Ordinal);
        Assert.Contains("permission denied", delete.InnerException!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writers_at_the_same_time_never_fork_a_chain()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var status = await (await server.EnrolDockAsync()).AnnounceAsync(TestDock.Record());
        var before = (await ChainAsync(server, status.ItemId)).Count;

        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(() => server.Catalogue.WriteAsync(
            db => db.AppendAsync(status.ItemId, DateTimeOffset.UtcNow, "test", CustodyEventKind.Viewed, $"transcript version {i}", default), default))));

        var chain = await ChainAsync(server, status.ItemId);
        Assert.Equal(before + 60, chain.Count);
        Assert.Null(CustodyChain.Verify(status.ItemId, chain.Select(e => (e.Bytes, e.Hash))));
        Assert.Equal(60, chain.Skip(before).Select(e => Domain.EvidenceJson.FromBytes<CustodyEvent>(e.Bytes).Detail).Distinct().Count());
    }

    [Fact]
    public async Task An_event_without_a_transaction_is_a_mistake()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var status = await (await server.EnrolDockAsync()).AnnounceAsync(TestDock.Record());

        await Assert.ThrowsAsync<InvalidOperationException>(() => server.Catalogue.ReadAsync(
            async db =>
            {
                await db.AppendAsync(status.ItemId, DateTimeOffset.UtcNow, "test", CustodyEventKind.Viewed, "", default);
                return true;
            },
            default));
    }

    [Fact]
    public async Task Dock_events_that_repeat_at_the_same_time_enter_once()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        var status = await dock.AnnounceAsync(TestDock.Record());
        var told = new[] { new DockEvent(DateTimeOffset.UtcNow, CustodyEventKind.Released, "bay 1-2") };

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => dock.PostAsync($"deliveries/{status.DeliveryId}/events", told)));

        var kinds = (await ChainAsync(server, status.ItemId)).Select(e => Domain.EvidenceJson.FromBytes<CustodyEvent>(e.Bytes).Kind);
        Assert.Single(kinds, CustodyEventKind.Released);
    }

    private static Task<List<StoredCustodyEvent>> ChainAsync(TestServer server, string itemId) =>
        server.Catalogue.ReadAsync(db => db.ReadChainAsync(itemId, default), default);
}
