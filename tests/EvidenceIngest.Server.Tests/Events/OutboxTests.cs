using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Events;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Events;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Tests.Transparency;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EvidenceIngest.Server.Tests.Events;

/// <summary>What happens is told in the transaction in which it happens, and placed when that has committed.</summary>
public sealed class OutboxTests(PrivateCluster cluster)
{
    [Fact]
    public async Task What_commits_late_is_placed_late_and_not_lost()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await using var source = NpgsqlDataSource.Create(server.Database);
        await using var slow = await source.OpenConnectionAsync();
        await using var fast = await source.OpenConnectionAsync();
        await using var late = await slow.BeginTransactionAsync();
        await InsertAsync(slow, "late");
        await using (var early = await fast.BeginTransactionAsync())
        {
            await InsertAsync(fast, "early");
            await early.CommitAsync();
        }

        await server.Get<EventKeeper>().RunOnceAsync(default);
        var before = await Subjects();
        await late.CommitAsync();
        await server.Get<EventKeeper>().RunOnceAsync(default);

        Assert.Contains("early", before);
        Assert.DoesNotContain("late", before);
        Assert.Equal([.. before, "late"], await Subjects());
        var rows = await Told.PlacedAsync(server);
        // Written first, placed last.
        var ids = await server.Catalogue.ReadAsync(db => db.Outbox.ToDictionaryAsync(o => o.Subject + o.Position, o => o.Id), default);
        Assert.True(ids["late" + rows[^1].Position] < ids["early" + rows.Single(o => o.Subject == "early").Position]);
        Assert.Equal(Enumerable.Range(1, rows.Count).Select(n => (long)n), rows.Select(o => o.Position));

        async Task<List<string>> Subjects() => [.. (await Told.PlacedAsync(server)).Select(o => o.Subject)];
    }

    [Fact]
    public async Task Whatever_is_recorded_is_told_in_its_order_without_names_and_once()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var custodian = await server.PersonAsync("王芳", Role.Custodian);
        var item = await LogTests.SealedItemAsync(server);
        await CompleteAsync(server, item);
        await server.Get<EventKeeper>().RunOnceAsync(default);

        var rows = await Told.PlacedAsync(server);
        var events = rows.Select(o => Told.Parse(o.Body)).ToList();
        var chain = await server.Catalogue.ReadAsync(db => db.ReadChainAsync(item, default), default);
        var mine = events.Where(e => e.Text("id").StartsWith(item + "/", StringComparison.Ordinal)).ToList();
        Assert.Equal(chain.Select(e => $"{item}/{e.Sequence}"), mine.Select(e => e.Text("id")));
        Assert.Equal(chain.Select(e => e.Hash), mine.Select(e => e.GetProperty("data").Text("hash")));
        Assert.Contains(mine, e => e.Text("type") == "internal.evidence-ingest.item.sealed.v1" && e.Text("recorder") == "dev-T000001" && e.Text("dock").StartsWith("dock-", StringComparison.Ordinal));
        Assert.Contains("service.dock-enrolled", rows.Select(o => o.Name));
        var everything = string.Concat(rows.Select(o => Encoding.UTF8.GetString(o.Body)));
        Assert.All(new[] { "王芳", "custodian", "张三", "采集站", server.OperatorToken }, secret => Assert.DoesNotContain(secret, everything, StringComparison.Ordinal));

        // Told again, nothing is new.
        await server.Get<EventKeeper>().RunOnceAsync(default);
        Assert.Equal(rows.Count, (await Told.PlacedAsync(server)).Count);
    }

    [Fact]
    public async Task An_item_is_told_to_be_complete_once_all_of_article_27_is_there()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var item = await LogTests.SealedItemAsync(server);
        await server.Get<EventKeeper>().RunOnceAsync(default);
        Assert.DoesNotContain(EventTypes.ItemComplete, await Told.NamesAsync(server, item));

        await CompleteAsync(server, item);
        await server.Get<EventKeeper>().RunOnceAsync(default);
        await CompleteAsync(server, item, "another place");
        await server.Get<EventKeeper>().RunOnceAsync(default);

        Assert.Single(await Told.NamesAsync(server, item), name => name == EventTypes.ItemComplete);
    }

    [Fact]
    public async Task A_deadline_is_told_when_it_comes_near_and_when_it_has_passed()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        var item = (await dock.AnnounceAsync(TestDock.Record())).ItemId;
        async Task<List<string>> DeadlinesAt(DateTimeOffset when)
        {
            server.Clock.Shift = when - TimeProvider.System.GetUtcNow();
            await server.Get<EventKeeper>().RunOnceAsync(default);
            await server.Get<EventKeeper>().RunOnceAsync(default);
            return [.. (await Told.NamesAsync(server, item)).Where(n => n.Contains("deadline", StringComparison.Ordinal))];
        }

        var deadline = (await server.Catalogue.ReadAsync(db => db.Items.SingleAsync(i => i.Id == item), default)).DeadlineAt!.Value;
        Assert.Empty(await DeadlinesAt(deadline.AddHours(-13)));
        Assert.Equal([EventTypes.DeadlineNear], await DeadlinesAt(deadline.AddHours(-11)));
        Assert.Equal([EventTypes.DeadlineNear, EventTypes.DeadlineLate], await DeadlinesAt(deadline.AddMinutes(1)));
    }

    [Fact]
    public async Task A_docks_state_is_told_when_a_bay_changes_and_when_the_dock_falls_silent_or_comes_back()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        async Task ReportAsync(string state, long done)
        {
            using var answer = await dock.Http.PutAsJsonAsync("/api/v1/docks/me/bays", new[] { new BayReport("1-2", state, "dev-1", "张三的记录仪", 0, 1, done, 100, DateTimeOffset.UnixEpoch) }, EvidenceJson.Options);
            answer.EnsureSuccessStatusCode();
        }

        await ReportAsync("Offloading", 10);
        await ReportAsync("Offloading", 60);
        await ReportAsync("SafeToRemove", 100);
        server.Clock.Shift = TimeSpan.FromMinutes(5);
        await server.Get<EventKeeper>().RunOnceAsync(default);
        await server.Get<EventKeeper>().RunOnceAsync(default);
        await ReportAsync("SafeToRemove", 100);
        await server.Get<EventKeeper>().RunOnceAsync(default);

        var told = (await Told.PlacedAsync(server)).Where(o => o.Name == EventTypes.DockState).Select(o => Told.Parse(o.Body).GetProperty("data")).ToList();
        Assert.Equal(
            [(true, "Offloading"), (true, "SafeToRemove"), (false, "SafeToRemove"), (true, "SafeToRemove")],
            told.Select(d => (d.GetProperty("online").GetBoolean(), d.GetProperty("bays")[0].Text("state"))));
        Assert.DoesNotContain("张三", told[0].GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_case_is_told_when_it_is_opened_and_closed()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var cases = server.Get<CaseRegister>();
        var by = new Caller(TokenKind.Operator, "王芳", Role.Custodian, null, Reach.Everything);
        await cases.SetAsync("鲁/1", new CaseRequest(null, null, null, CaseState.Open, null), by, default);
        await cases.SetAsync("鲁/1", new CaseRequest(null, "一中队", null, CaseState.Open, null), by, default);
        await cases.SetAsync("鲁/1", new CaseRequest(null, "一中队", null, CaseState.Closed, new DateOnly(2026, 11, 20)), by, default);
        await server.Get<EventKeeper>().RunOnceAsync(default);

        Assert.Equal([EventTypes.CaseOpened, EventTypes.CaseClosed], await Told.NamesAsync(server, "鲁/1"));
    }

    [Fact]
    public async Task Old_events_go_except_those_that_somebody_waits_for_and_the_newest_state_of_a_dock()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await using var source = NpgsqlDataSource.Create(server.Database);
        await using (var connection = await source.OpenConnectionAsync())
        {
            foreach (var (subject, name) in new[] { ("dock-1", EventTypes.DockState), ("dock-1", EventTypes.DockState), ("a", "item.x"), ("waited", "item.x"), ("last", "item.x") })
                await InsertAsync(connection, subject, name);
        }

        await server.Get<EventKeeper>().RunOnceAsync(default);
        var waited = (await Told.PlacedAsync(server)).Single(o => o.Subject == "waited").Position;
        await cluster.ExecuteAsAdminAsync(
            $"""
            insert into webhooks (id, name, url, types, salt, secret_sha256, registered_at, registered_by) values ('{Guid.Empty}', 'w', 'https://w', '["*"]', '', '', now(), 'x');
            insert into webhook_deliveries (webhook_id, position, subject, state, attempts, next_at) values ('{Guid.Empty}', {waited}, 'waited', 'Waiting', 0, now())
            """, server.Database);
        server.Clock.Shift = TimeSpan.FromDays(31);
        await server.Get<EventKeeper>().RunOnceAsync(default);

        Assert.Equal(["dock-1", "waited", "last"], (await Told.PlacedAsync(server)).Select(o => o.Subject));
    }

    private static async Task InsertAsync(NpgsqlConnection connection, string subject, string name = "item.x")
    {
        await using var command = new NpgsqlCommand("insert into outbox (subject, told) values (@subject, @told::jsonb)", connection);
        command.Parameters.AddWithValue("subject", subject);
        command.Parameters.AddWithValue("told", JsonSerializer.Serialize(Outbox.New(name, DateTimeOffset.UtcNow, null, new { subject }), EvidenceJson.Options));
        await command.ExecuteNonQueryAsync();
    }

    [Fact]
    public async Task A_damaged_row_is_told_to_be_so_and_holds_up_nothing()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await cluster.ExecuteAsAdminAsync("insert into outbox (subject, told) values ('damaged', '{\"id\": 5}'); insert into outbox (subject, chain_sequence) values ('gone', 7)", server.Database);
        await using var source = NpgsqlDataSource.Create(server.Database);
        await using (var connection = await source.OpenConnectionAsync())
            await InsertAsync(connection, "after");
        await server.Get<EventKeeper>().RunOnceAsync(default);

        Assert.Equal([EventTypes.Unreadable], await Told.NamesAsync(server, "damaged"));
        Assert.Equal([EventTypes.Unreadable], await Told.NamesAsync(server, "gone"));
        Assert.Equal(["item.x"], await Told.NamesAsync(server, "after"));
    }

    /// <summary>Fills in whatever a recording of a recorder lacks, and accepts it.</summary>
    private static async Task CompleteAsync(TestServer server, string item, string proof = "现场")
    {
        await server.Catalogue.WriteAsync(
            async db =>
            {
                var found = await db.Items.SingleAsync(i => i.Id == item);
                (found.State, found.Reason, found.Findings) = (ItemState.Sealed, null, []);
            },
            default);
        using var answer = await server.Operator.PatchAsJsonAsync(
            $"/api/v1/items/{item}/metadata",
            new MetadataPatch("执法记录仪录制", "2026-11-20T09:31:30+08:00", "张三", proof, "补录"), EvidenceJson.Options);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
