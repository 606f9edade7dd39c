using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Domain.Transparency;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Receipts;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Transparency;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EvidenceIngest.Server.Tests.Transparency;

public sealed class LogTests(PrivateCluster cluster)
{
    [Fact]
    public async Task Every_event_enters_the_log_once_and_is_proven_under_a_signed_head()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var item = await SealedItemAsync(server);
        await AppendAsync(server, item, 700);

        await server.Get<LogKeeper>().RunOnceAsync(default);

        var older = await HeadAsync(server);
        var chain = await server.Catalogue.ReadAsync(db => db.ReadChainAsync(item, default), default);
        var ofService = await server.Catalogue.ReadAsync(db => db.ReadChainAsync(CustodyLog.ServiceChain, default), default);
        Assert.Equal(chain.Count + ofService.Count, older.TreeSize);
        foreach (var sequence in new[] { 1, 2, 256, 257, 512, chain.Count })
        {
            var proof = await ProofAsync(server, item, sequence);
            Assert.Equal(chain[sequence - 1].Hash, proof.Proof.LeafHash);
            Assert.True(proof.Proof.Holds(older), $"event {sequence}");
        }

        await AppendAsync(server, item, 400);
        await server.Get<LogKeeper>().RunOnceAsync(default);
        var newer = await HeadAsync(server);
        Assert.Equal(older.TreeSize + 400, newer.TreeSize);
        var consistency = await GetAsync<ConsistencyProof>(server, $"log/consistency?from={older.TreeSize}&to={newer.TreeSize}");
        Assert.True(consistency.Holds(older, newer));
        Assert.True((await ProofAsync(server, item, 1, older.TreeSize)).Proof.Holds(older));
        Assert.Equal(older, await HeadAsync(server, older.TreeSize));
    }

    [Fact]
    public async Task What_is_not_there_is_said_to_be_so()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var item = await SealedItemAsync(server);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Operator.GetAsync("/api/v1/log/head")).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await server.Operator.GetAsync($"/api/v1/items/{item}/custody/1/proof")).StatusCode);
        await server.Get<LogKeeper>().RunOnceAsync(default);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Operator.GetAsync($"/api/v1/items/{item}/custody/99/proof")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Operator.GetAsync("/api/v1/log/head?size=1")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.Operator.GetAsync("/api/v1/log/consistency?from=2&to=1")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.Operator.GetAsync("/api/v1/log/consistency?from=1&to=1000")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Anonymous.GetAsync("/api/v1/log/head")).StatusCode);
    }

    [Fact]
    public async Task Servers_that_sequence_at_once_make_one_log()
    {
        await using var first = await TestServer.StartAsync(cluster, withJobs: false);
        await using var second = await TestServer.StartAsync(cluster, withJobs: false, database: first.Database, vault: first.Vault);
        var item = await SealedItemAsync(first);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            await AppendAsync(first, item, 50);
            await (i % 2 == 0 ? first : second).Get<LogSequencer>().RunAsync(null, default);
        })));
        // Each has a key of its own here; the last head shall be the first one's.
        await AppendAsync(first, item, 1);
        await first.Get<LogKeeper>().RunOnceAsync(default);

        var leaves = await first.Catalogue.ReadAsync(db => db.LogLeaves.OrderBy(l => l.Index).ToListAsync(), default);
        var chain = await first.Catalogue.ReadAsync(db => db.ReadChainAsync(item, default), default);
        Assert.Equal(Enumerable.Range(0, leaves.Count).Select(i => (long)i), leaves.Select(l => l.Index));
        Assert.Equal(chain.Select(e => (e.Sequence, e.Hash)), leaves.Where(l => l.ItemId == item).Select(l => (l.Sequence, Convert.ToHexStringLower(l.Hash))));
        Assert.True((await ProofAsync(second, item, 123)).Proof.Holds(await HeadAsync(first)));
    }

    [Theory]
    [InlineData("update log_leaves set item_id = 'x'")]
    [InlineData("delete from log_leaves")]
    [InlineData("truncate log_leaves, log_tiles, log_heads, log_publications")]
    [InlineData("update log_heads set root = root")]
    [InlineData("delete from log_heads")]
    [InlineData("delete from log_publications")]
    public async Task The_log_is_append_only(string sql)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.VaultIsProbedAsync();
        await SealedItemAsync(server);
        await server.Get<LogKeeper>().RunOnceAsync(default);
        await using var owner = NpgsqlDataSource.Create(PrivateCluster.AsOwner(server.Database));
        await using var command = owner.CreateCommand(sql);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());

        Assert.Contains("append-only", refused.MessageText, StringComparison.Ordinal);
    }

    internal static async Task<string> SealedItemAsync(TestServer server, Recording? recording = null)
    {
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync();
        var status = await dock.DeliverAsync(recording ?? TestDock.Record());
        await server.RunAsync(status.ItemId, Server.Pipeline.Stage.Seal);
        return status.ItemId;
    }

    internal static Task AppendAsync(TestServer server, string item, int events) => server.Catalogue.WriteAsync(
        db => db.AppendAsync(
            item, [.. Enumerable.Range(0, events).Select(i => new NewEvent(DateTimeOffset.UtcNow, "test", CustodyEventKind.Viewed, $"transcript version {i}"))], default),
        default);

    internal static async Task<TreeHead> HeadAsync(TestServer server, long? size = null)
    {
        using var key = new VerificationKey(server.Get<ReceiptKey>().PublicPem);
        return TreeHead.Verify(await GetAsync<SignedEnvelope>(server, "log/head" + (size is null ? "" : $"?size={size}")), key);
    }

    private static Task<LoggedEvent> ProofAsync(TestServer server, string item, int sequence, long? size = null) =>
        GetAsync<LoggedEvent>(server, $"items/{item}/custody/{sequence}/proof" + (size is null ? "" : $"?size={size}"));

    private static async Task<T> GetAsync<T>(TestServer server, string path) =>
        (await server.Operator.GetFromJsonAsync<T>("/api/v1/" + path, EvidenceJson.Options))!;
}
