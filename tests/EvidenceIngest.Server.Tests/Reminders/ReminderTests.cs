using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Calendar;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Recorders;
using EvidenceIngest.Server.Reminders;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;
using static EvidenceIngest.Server.Tests.Reminders.DutyFixture;

namespace EvidenceIngest.Server.Tests.Reminders;

/// <summary>Who is told of what has a deadline, when, once, and never of what is done.</summary>
public sealed class ReminderTests(PrivateCluster cluster, ITestOutputHelper output)
{
    [Fact]
    public async Task Officer_custodian_and_head_are_told_one_after_the_other_on_working_days_only()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var officer = await server.PersonAsync("周警", Role.Officer, officerNumber: "013302");
        using var custodian = await server.PersonAsync("王芳", Role.Custodian);
        using var head = await server.PersonAsync("李强", Role.Head);
        // The eve of the National Day's seven: due on Friday the 9th. Saturday the 10th is worked.
        await ItemAsync(server, "it-1", "2026-09-30 10:00");

        await server.RoundAsync("2026-10-08 08:59");
        Assert.Empty(await ToldAsync(server, "it-1"));
        await server.RoundAsync("2026-10-08 09:00:01");
        var first = Assert.Single(await RemindersAsync(officer));
        Assert.Equal(
            (DutyKind.Storage, "it-1", Role.Officer, Local("2026-10-09 23:59:59"), false, null), (first.Duty, first.About, first.Role, first.DueAt, first.Late, first.DoneAt));
        Assert.Equal([0, 1, 2], first.Days!.Where(d => d.Counted is not null).Select(d => d.Counted!.Value));
        Assert.Equal(10, first.Days!.Count);
        Assert.Empty(await RemindersAsync(custodian));

        await server.RoundAsync("2026-10-09 08:59:59");
        Assert.Empty(await RemindersAsync(custodian));
        await server.RoundAsync("2026-10-09 09:00:01");
        Assert.Single(await RemindersAsync(custodian));
        await server.RoundAsync("2026-10-10 08:59:59");
        Assert.Empty(await RemindersAsync(head));
        await server.RoundAsync("2026-10-10 09:00:01");
        await server.RoundAsync();

        var last = Assert.Single(await RemindersAsync(head));
        Assert.True(last.Late);
        Assert.Equal([Role.Officer, Role.Custodian, Role.Head], last.Told.Select(t => t.Role));
        Assert.Equal(3, (await ToldAsync(server, "it-1")).Count);
        await AssertWholeAsync(server);
    }

    [Fact]
    public async Task A_kill_at_any_moment_neither_loses_nor_repeats_a_reminder()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        server.SetNow("2026-10-10 10:00");
        var struck = 0;
        for (var step = 0; ; step++)
        {
            await ItemAsync(server, $"it-{step}", "2026-09-30 10:00");
            server.Faults.KillAt(step);
            try
            {
                await server.RoundAsync();
            }
            catch (KilledException)
            {
            }

            server.Faults.Never();
            if (!server.Faults.Struck)
                break;
            struck++;
            await AssertWholeAsync(server);
            await server.RoundAsync();
            Assert.Equal(3, (await ToldAsync(server, $"it-{step}")).Count);
        }

        Assert.True(struck >= 4, $"{struck} moments");
        await AssertWholeAsync(server);
    }

    [Fact]
    public async Task Two_servers_at_once_tell_each_once()
    {
        await using var first = await TestServer.StartAsync(cluster, withJobs: false);
        await using var second = await TestServer.StartAsync(cluster, withJobs: false, database: first.Database, vault: first.Vault);
        for (var i = 0; i < 30; i++)
            await ItemAsync(first, $"it-{i:00}", "2026-09-30 10:00");
        first.SetNow("2026-10-10 10:00");
        second.SetNow("2026-10-10 10:00");

        await Task.WhenAll(Enumerable.Range(0, 4).Select(n => (n % 2 == 0 ? first : second).RoundAsync()));

        for (var i = 0; i < 30; i++)
            Assert.Equal(3, (await ToldAsync(first, $"it-{i:00}")).Count);
        await AssertWholeAsync(first);
    }

    [Fact]
    public async Task A_clock_that_jumps_tells_nobody_twice()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await ItemAsync(server, "it-1", "2026-11-18 10:00");

        foreach (var now in new[] { "2026-11-19 10:00", "2027-06-01 10:00", "2026-11-19 10:00", "2026-11-01 10:00", "2026-11-23 10:00" })
        {
            await server.RoundAsync(now);
            await AssertWholeAsync(server);
        }

        Assert.Equal(3, (await ToldAsync(server, "it-1")).Count);
        Assert.Empty(await ToldAsync(server, "it-1", CustodyEventKind.ReminderRecounted));
        // And the year's figures, which the jump into June was the first to tell of.
        Assert.Equal(4, (await server.Catalogue.ReadAsync(db => db.Reminders.ToListAsync(), default)).Count);
        await server.RoundAsync("2028-06-01 10:00");
        Assert.Equal(4, (await server.Catalogue.ReadAsync(db => db.Reminders.ToListAsync(), default)).Count);
        Assert.Equal(2, await server.Catalogue.ReadAsync(db => db.Duties.CountAsync(d => d.EndedAt == null), default));
    }

    [Fact]
    public async Task What_was_done_a_second_before_is_not_told()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var custodian = await server.PersonAsync("王芳", Role.Custodian);
        await ItemAsync(server, "it-1", "2026-11-18 10:00");
        await ItemAsync(server, "it-2", "2026-11-18 10:00");
        server.SetNow("2026-11-20 10:00");
        // As another server does that looked a moment ago.
        await server.Catalogue.WriteAsync(db => server.Get<ReminderTelling>().BeginAsync(db, DutyKind.Storage, ["it-1", "it-2"], default), default);
        await SealAsync(server, "it-1");
        await server.Catalogue.WriteAsync(db => server.Get<ReminderTelling>().ApplyAsync(db, DutyKind.Storage, ["it-1", "it-2"], default), default);

        Assert.Empty(await ToldAsync(server, "it-1"));
        Assert.Equal(2, (await ToldAsync(server, "it-2")).Count);
        Assert.Single(await RemindersAsync(custodian));

        // Derived from the item itself: before any round, and said to be done since then afterwards.
        await SealAsync(server, "it-2");
        var done = Assert.Single(await RemindersAsync(custodian));
        Assert.NotNull(done.DoneAt);
        Assert.False(done.Late);
        await server.RoundAsync();
        Assert.NotNull(Assert.Single(await RemindersAsync(custodian)).DoneAt);
        Assert.Equal(new ReminderCounts(0, 0, 0), await custodian.GetFromJsonAsync<ReminderCounts>("/api/v1/me/reminders/count", EvidenceJson.Options));
    }

    [Fact]
    public async Task One_damaged_chain_holds_up_nobody_else_s_reminders()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        server.HasInventedEvents = true;
        foreach (var item in new[] { "it-1", "it-2", "it-3" })
            await ItemAsync(server, item, "2026-11-18 10:00");
        await server.RoundAsync("2026-11-19 10:00");
        await cluster.ExecuteAsAdminAsync("set session_replication_role = replica; update custody_events set bytes = 'x' where item_id = 'it-2'; set session_replication_role = origin", server.Database);

        await server.RoundAsync("2026-11-20 10:00");

        Assert.Equal((2, 2), ((await ToldAsync(server, "it-1")).Count, (await ToldAsync(server, "it-3")).Count));
        Assert.Equal(5, await server.Catalogue.ReadAsync(db => db.Reminders.CountAsync(), default));
    }

    [Fact]
    public async Task Thousands_of_late_items_are_told_in_one_round_within_bounds()
    {
        const int Count = 5000;
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        server.SetNow("2026-11-20 10:00");
        await cluster.ExecuteAsAdminAsync(
            $"""
             insert into recorders (id, first_seen_at, last_seen_at) values ('r', now(), now());
             insert into items (id, recorder_id, producer_number, state, kind, attachment, key_marked, findings, announced_at, recorded_at, deadline_at)
             select 'item-' || n, 'r', 'no-' || n % 50, 'Receiving', 'Video', 'Usb', false, '[]', '2026-10-01', '2026-10-01', '2026-10-09T15:59:59Z' from generate_series(1, {Count}) n
             """, server.Database);
        GC.Collect();
        var (before, watch) = (GC.GetTotalMemory(forceFullCollection: true), Stopwatch.StartNew());

        await server.RoundAsync();

        var (took, more) = (watch.Elapsed, GC.GetTotalMemory(forceFullCollection: true) - before);
        watch.Restart();
        await server.RoundAsync();
        output.WriteLine($"{Count} late items: {took.TotalSeconds:F1} s, {more >> 20} MiB kept; the next round, with nothing to tell: {watch.Elapsed.TotalSeconds:F2} s");
        Assert.Equal(3 * Count, await server.Catalogue.ReadAsync(db => db.Reminders.CountAsync(), default));
        Assert.Equal(Count, await server.Catalogue.ReadAsync(db => db.Duties.CountAsync(d => d.EndedAt == null), default));
        Assert.True(more < 100 << 20, $"{more >> 20} MiB");
        Assert.True(took < TimeSpan.FromMinutes(4), $"{took}");
        Assert.Equal(3, (await ToldAsync(server, "item-4999")).Count);
    }

    [Fact]
    public async Task Whoever_recorded_is_told_and_not_who_carries_the_recorder_now()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.VaultIsProbedAsync();
        using var first = await server.PersonAsync("周警", Role.Officer, officerNumber: "1");
        using var second = await server.PersonAsync("吴警", Role.Officer, officerNumber: "2");
        await AssignAsync(server, "1", null);
        var delivered = await (await server.EnrolDockAsync()).DeliverAsync(TestDock.Record());
        Assert.True(await server.RunAsync(delivered.ItemId, Stage.Seal));
        await AssignAsync(server, "2", server.Clock.GetUtcNow());
        server.Clock.Shift = TimeSpan.FromDays(20);
        await server.RoundAsync();

        var told = Assert.Single(await RemindersAsync(first));
        Assert.Equal((DutyKind.Requirements, delivered.ItemId), (told.Duty, told.About));
        Assert.Contains("证明对象", told.ToDo, StringComparison.Ordinal);
        Assert.Empty(await RemindersAsync(second));

        // Written down late: it was the other one who carried it. The reminder follows the item.
        await AssignAsync(server, "2", new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero));
        await server.RoundAsync();
        Assert.Empty(await RemindersAsync(first));
        Assert.Single(await RemindersAsync(second));
        await AssertWholeAsync(server);

        static async Task AssignAsync(TestServer server, string officer, DateTimeOffset? from)
        {
            using var answer = await server.Operator.PutAsJsonAsync(
                "/api/v1/recorders/dev-T000001/assignment", new AssignmentRequest(officer, "警-" + officer, From: from), EvidenceJson.Options);
            answer.EnsureSuccessStatusCode();
        }
    }

    [Fact]
    public async Task A_deadline_that_moves_is_counted_anew_openly()
    {
        const string Notice = "date,kind,occasion\n2027-01-01,holiday,元旦\n2027-02-05,holiday,春节\n2027-02-08,holiday,春节\n2027-02-09,holiday,春节\n2027-02-10,holiday,春节\n";
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var officer = await server.PersonAsync("周警", Role.Officer, officerNumber: "013302");
        // Without a notice New Year's Day is a Friday like others.
        await ItemAsync(server, "it-1", "2026-12-31 10:00");
        await server.RoundAsync("2027-01-01 09:00:01");
        Assert.Equal(Local("2027-01-04 23:59:59"), Assert.Single(await RemindersAsync(officer)).DueAt);

        server.SetNow("2027-01-01 12:00");
        using (var imported = await server.Operator.PutAsJsonAsync("/api/v1/calendar/2027", new NoticeRequest(Notice, "国办发明电"), EvidenceJson.Options))
            imported.EnsureSuccessStatusCode();
        await server.Get<DeadlineKeeper>().RunOnceAsync(default);
        await server.RoundAsync();

        Assert.Contains("from 2027-01-04T23:59:59+08:00 to 2027-01-05T23:59:59+08:00; told too early", Assert.Single(await ToldAsync(server, "it-1", CustodyEventKind.ReminderRecounted)), StringComparison.Ordinal);
        Assert.Empty(await RemindersAsync(officer));
        await server.RoundAsync("2027-01-04 09:00:01");
        var again = Assert.Single(await RemindersAsync(officer));
        Assert.Equal(Local("2027-01-05 23:59:59"), again.DueAt);
        Assert.Equal([true, false], again.Told.Select(t => t.OutdatedAt is not null));
        Assert.Equal(Local("2027-01-04 23:59:59"), Assert.Single(again.Moves).From);
        Assert.Equal(2, (await ToldAsync(server, "it-1")).Count);
        await AssertWholeAsync(server);
    }

    [Fact]
    public async Task Seen_is_not_done_and_pages_neither_lose_nor_repeat()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var custodian = await server.PersonAsync("王芳", Role.Custodian);
        using var other = await server.PersonAsync("赵敏", Role.Officer);
        for (var i = 0; i < 7; i++)
            await ItemAsync(server, $"it-{i}", $"2026-11-{10 + (i % 2)} 10:00");
        await server.RoundAsync("2026-11-20 10:00");
        await SealAsync(server, "it-0");
        await SealAsync(server, "it-1");
        await server.RoundAsync();

        var (pages, cursor) = (new List<ReminderView>(), "");
        do
        {
            var page = (await custodian.GetFromJsonAsync<ReminderPage>($"/api/v1/me/reminders?limit=2&cursor={cursor}", EvidenceJson.Options))!;
            Assert.InRange(page.Reminders.Count, 1, 2);
            pages.AddRange(page.Reminders);
            cursor = page.Next ?? "";
        }
        while (cursor.Length > 0);
        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"it-{i}"), pages.Select(r => r.About).Order(StringComparer.Ordinal));
        Assert.Equal([false, false, false, false, false, true, true], pages.Select(r => r.DoneAt is not null));
        Assert.Equal(pages[..5].Select(r => r.DueAt).Order(), pages[..5].Select(r => r.DueAt));

        var path = $"/api/v1/me/reminders/{pages[0].Reminder}/seen";
        using (var stranger = await other.PostAsync(path, null))
            Assert.Contains("没有发给您", await TestDock.RefusedAsync(stranger, HttpStatusCode.NotFound), StringComparison.Ordinal);
        for (var i = 0; i < 2; i++)
        {
            using var seen = await custodian.PostAsync(path, null);
            var view = await TestDock.ReadAsync<ReminderView>(seen);
            Assert.Equal((true, true), (view.SeenAt is not null, view.DoneAt is null));
        }

        Assert.Equal(new ReminderCounts(5, 5, 4), await custodian.GetFromJsonAsync<ReminderCounts>("/api/v1/me/reminders/count", EvidenceJson.Options));
        foreach (var hostile in new[] { "x", "o.", "o.1_2", "d.99999999999999999999_" + Guid.Empty, "o.1_%00", "q.1_" + Guid.Empty })
        {
            using var refused = await custodian.GetAsync("/api/v1/me/reminders?cursor=" + hostile);
            await TestDock.RefusedAsync(refused, HttpStatusCode.BadRequest);
        }
    }

    [Theory]
    [InlineData("officer:-1 custodian")]
    [InlineData("officer:-1 officer:0")]
    [InlineData("auditor:1")]
    [InlineData("head:900")]
    public void Steps_that_make_no_sense_are_refused(string steps) => Assert.Throws<FormatException>(() => ReminderStep.Parse(steps));
}
