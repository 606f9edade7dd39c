using System.Data.Common;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace EvidenceIngest.Server.Tests.Items;

public sealed class ItemTests(PrivateCluster cluster)
{
    [Fact]
    public async Task The_register_goes_out_as_a_table_that_runs_no_formulas_and_its_handing_out_is_recorded()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        for (var i = 0; i < 3; i++)
            await dock.AnnounceAsync(TestDock.Record("dev-" + i));
        var hostile = (await dock.AnnounceAsync(TestDock.Record("dev-h"))).ItemId;
        using (var patch = await server.Operator.PatchAsJsonAsync(
            $"/api/v1/items/{hostile}/metadata", new MetadataPatch(null, null, "=HYPERLINK(\"http://x\",\"y\")", "当事人说：\"不\",拒绝", "补录"), EvidenceJson.Options))
            patch.EnsureSuccessStatusCode();

        var bytes = await server.Operator.GetByteArrayAsync("/api/v1/items/export?state=receiving");

        Assert.Equal([0xEF, 0xBB, 0xBF], bytes[..3]);
        var lines = System.Text.Encoding.UTF8.GetString(bytes[3..]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(5, lines.Length);
        Assert.StartsWith("编号,状态,单位", lines[0], StringComparison.Ordinal);
        Assert.All(lines[1..], line => Assert.Contains(",接收中,本单位,录像,", line, StringComparison.Ordinal));
        var cells = Assert.Single(lines, line => line.StartsWith(hostile, StringComparison.Ordinal));
        Assert.Contains("""
            "'=HYPERLINK(""http://x"",""y"")","当事人说：""不"",拒绝",
            """, cells, StringComparison.Ordinal);
        var told = await server.Operator.GetStringAsync("/api/v1/service/custody?limit=1000");
        Assert.Contains("items, state Receiving", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_register_comes_whole_and_each_item_once()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        await dock.AnnounceAsync(TestDock.Record());
        await using (var source = NpgsqlDataSource.Create(server.Database))
        await using (var command = source.CreateCommand(
            """
            insert into items (id, recorder_id, state, kind, attachment, key_marked, findings, announced_at, transcript_confirmed)
            select 'many-' || n, (select min(id) from recorders), 'Receiving', 'Video', 'Usb', false, '[]', now() + (n / 7) * interval '1 second', false
            from generate_series(1, 1234) n
            """))
            await command.ExecuteNonQueryAsync();

        var lines = (await server.Operator.GetStringAsync("/api/v1/items/export")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries)[1..];

        Assert.Equal(1235, lines.Length);
        Assert.Equal(1235, lines.Select(line => line[..line.IndexOf(',', StringComparison.Ordinal)]).Distinct().Count());
    }

    [Fact]
    public async Task An_item_carries_its_metadata_with_sources_and_its_deadline()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync();
        var status = await dock.DeliverAsync(TestDock.Record());
        await server.RunAsync(status.ItemId, Stage.Seal);

        var item = await server.Get<ItemRegister>().FindAsync(status.ItemId, default);

        Assert.Equal(new MetadataValue("执法记录仪录制", MetadataSource.Profile), item.Metadata.MethodOfProduction);
        // The name says 09:31:30; the recorder's clock was 90 s ahead.
        Assert.Equal(("2026-11-20T09:30:00+08:00", MetadataSource.FileName), (item.Metadata.TimeOfProduction!.Value, item.Metadata.TimeOfProduction.Source));
        Assert.Contains("-90 s", item.Metadata.TimeOfProduction.Note, StringComparison.Ordinal);
        Assert.Null(item.Metadata.ObjectOfProof);
        Assert.Equal([Requirement.ObjectOfProof], item.Summary.Missing);
        // A Friday: the second working day after it is Tuesday.
        Assert.Equal(new DateTimeOffset(2026, 11, 24, 23, 59, 59, TimeSpan.FromHours(8)), item.Summary.Deadline);
        Assert.Equal(item.Summary.SealedAt < item.Summary.Deadline!.Value.AddSeconds(1), item.Summary.OnTime);
    }

    [Fact]
    public async Task Sealing_after_the_deadline_is_late()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync();
        var (inTime, late) = (await dock.DeliverAsync(TestDock.Record()), await dock.DeliverAsync(TestDock.Record()));
        var deadline = new DateTimeOffset(2026, 11, 24, 16, 0, 0, TimeSpan.Zero);

        server.Clock.Shift = deadline.AddSeconds(-30) - TimeProvider.System.GetUtcNow();
        await server.RunAsync(inTime.ItemId, Stage.Seal);
        server.Clock.Shift = deadline - TimeProvider.System.GetUtcNow();
        await server.RunAsync(late.ItemId, Stage.Seal);

        var register = server.Get<ItemRegister>();
        Assert.True((await register.FindAsync(inTime.ItemId, default)).Summary.OnTime);
        Assert.False((await register.FindAsync(late.ItemId, default)).Summary.OnTime);
    }

    [Fact]
    public async Task Items_that_come_while_a_page_is_read_don_t_strip_others_of_their_files()
    {
        var arrival = new Arrival();
        await using var server = await TestServer.StartAsync(
            cluster, withJobs: false,
            services: services => services.ConfigureDbContext<CatalogueDb>(options => options.AddInterceptors(arrival), ServiceLifetime.Singleton));
        var dock = await server.EnrolDockAsync();
        var status = await dock.DeliverAsync(TestDock.Record());

        arrival.BeforeFilesAreRead = async () =>
        {
            await using var database = NpgsqlDataSource.Create(server.Database);
            await using var command = database.CreateCommand(
                """
                insert into items (id, recorder_id, state, kind, attachment, key_marked, findings, announced_at)
                select 'new-' || n, (select min(id) from recorders), 'Receiving', 'Video', 'Usb', false, '[]', now() + interval '1 hour' from generate_series(1, 3) n
                """);
            await command.ExecuteNonQueryAsync();
        };
        var page = await server.Get<ItemRegister>().ListAsync(new ItemFilter(Reach.Everything), null, 1, default);

        Assert.Null(arrival.BeforeFilesAreRead);
        Assert.Equal(status.ItemId, Assert.Single(page.Items).Item);
        Assert.Single(page.Items[0].Files);
    }

    [Fact]
    public async Task An_item_that_is_inspected_while_it_is_read_is_shown_as_before_or_as_after()
    {
        var arrival = new Arrival();
        await using var server = await TestServer.StartAsync(
            cluster, withJobs: false,
            services: services => services.ConfigureDbContext<CatalogueDb>(options => options.AddInterceptors(arrival), ServiceLifetime.Singleton));
        await server.VaultIsProbedAsync();
        var dock = await server.EnrolDockAsync();
        var status = await dock.DeliverAsync(TestDock.Record(contents: "damaged"));
        await server.RunAsync(status.ItemId, Stage.Seal);

        arrival.BeforeFilesAreRead = () => server.RunAsync(status.ItemId, Stage.Inspect);
        var before = await server.Get<ItemRegister>().FindAsync(status.ItemId, default);
        var after = await server.Get<ItemRegister>().FindAsync(status.ItemId, default);

        Assert.Null(arrival.BeforeFilesAreRead);
        Assert.Equal(("sealed", StageState.Due), (before.Summary.State, before.Summary.Stages.Single(s => s.Stage == Stage.Inspect).State));
        Assert.Equal(("quarantined", StageState.Done), (after.Summary.State, after.Summary.Stages.Single(s => s.Stage == Stage.Inspect).State));
    }

    /// <summary>Lets something happen between the query of a page's items and the one of their files.</summary>
    private sealed class Arrival : DbCommandInterceptor
    {
        public Func<Task>? BeforeFilesAreRead { get; set; }

        public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
        {
            if (BeforeFilesAreRead is { } arrive && command.CommandText.Contains("master_files", StringComparison.Ordinal))
            {
                BeforeFilesAreRead = null;
                await arrive();
            }

            return result;
        }
    }

    [Fact]
    public async Task A_year_without_a_calendar_is_marked_on_the_item()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var recording = TestDock.Record();
        recording = recording with
        {
            Manifest = recording.Manifest with
            {
                Recording = recording.Manifest.Recording with { RecorderTime = new DateTime(2015, 6, 1, 9, 0, 0) },
            },
        };
        var status = await (await server.EnrolDockAsync()).AnnounceAsync(recording);

        var item = await server.Get<ItemRegister>().FindAsync(status.ItemId, default);

        Assert.True(item.Summary.CalendarMissing);
        Assert.NotNull(item.Summary.Deadline);
        Assert.Contains(item.Findings, f => f.Code == FindingCode.CalendarMissing);
    }

    [Fact]
    public async Task The_list_pages_through_everything_newest_first_and_filters()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        var ids = new List<string>();
        for (var i = 0; i < 7; i++)
            ids.Add((await dock.AnnounceAsync(TestDock.Record("dev-" + (i % 2)))).ItemId);

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            using var answer = await server.Operator.GetAsync($"/api/v1/items?limit=3&cursor={cursor}");
            var page = await TestDock.ReadAsync<ItemPage>(answer);
            seen.AddRange(page.Items.Select(i => i.Item));
            cursor = page.Next;
        }
        while (cursor is not null);

        Assert.Equal(ids.AsEnumerable().Reverse(), seen);
        var one = await TestDock.ReadAsync<ItemPage>(await server.Operator.GetAsync("/api/v1/items?recorder=dev-1&state=receiving"));
        Assert.Equal(3, one.Items.Count);
        Assert.Empty((await TestDock.ReadAsync<ItemPage>(await server.Operator.GetAsync("/api/v1/items?state=sealed"))).Items);
        foreach (var query in new[] { "state=1", "state=nonsense", "cursor=x", "cursor=99999999999999999999_a", "cursor=1_%00" })
        {
            using var refused = await server.Operator.GetAsync("/api/v1/items?" + query);
            await TestDock.RefusedAsync(refused, HttpStatusCode.BadRequest);
        }
    }

    [Fact]
    public async Task What_a_person_enters_is_kept_with_old_value_new_value_who_and_why()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var status = await (await server.EnrolDockAsync()).AnnounceAsync(TestDock.Record());

        using var answer = await server.Operator.PatchAsJsonAsync(
            $"/api/v1/items/{status.ItemId}/metadata",
            new MetadataPatch(null, null, "李强", "当事人拒不停止施工", "执法人员口述"), EvidenceJson.Options);
        var item = await TestDock.ReadAsync<ItemDetail>(answer);

        Assert.Empty(item.Summary.Missing);
        Assert.Equal(new MetadataValue("李强", MetadataSource.Person), item.Metadata.Producer);
        var change = (await server.Get<ItemRegister>().CustodyAsync(status.ItemId, default))[^1];
        Assert.Equal((CustodyEventKind.MetadataChanged, "operator:custodian"), (change.Kind, change.Actor));
        foreach (var part in new[] { "警号013302", "李强", "当事人拒不停止施工", "执法人员口述" })
            Assert.Contains(part, change.Detail, StringComparison.Ordinal);
        using var without = await server.Operator.PatchAsJsonAsync(
            $"/api/v1/items/{status.ItemId}/metadata", new { objectOfProof = "x" }, EvidenceJson.Options);
        await TestDock.RefusedAsync(without, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_line_has_the_members_that_scripts_rely_on()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync();
        var status = await dock.DeliverAsync(TestDock.Record());
        await server.RunAsync(status.ItemId, Stage.Seal);

        using var answer = await server.Operator.GetAsync("/api/v1/items");
        var line = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("items")[0];

        Assert.Equal("sealed", line.GetProperty("state").GetString());
        Assert.Equal("video", line.GetProperty("kind").GetString());
        Assert.Equal("ObjectOfProof", line.GetProperty("missing")[0].GetString());
        Assert.False(line.GetProperty("done").GetBoolean());
        foreach (var member in new[] { "item", "recorder", "recordedAt", "deadline", "onTime", "renditions", "stages" })
            Assert.True(line.TryGetProperty(member, out _), member);
        foreach (var member in new[] { "name", "bytes", "sha256", "sm3", "bucket", "key", "versionId", "lockedUntil" })
            Assert.True(line.GetProperty("files")[0].TryGetProperty(member, out _), member);
    }

    [Fact]
    public async Task The_receipt_is_served_byte_for_byte()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync();
        var status = await dock.DeliverAsync(TestDock.Record());
        using (var early = await server.Operator.GetAsync($"/api/v1/items/{status.ItemId}/receipt"))
            await TestDock.RefusedAsync(early, HttpStatusCode.NotFound);
        await server.RunAsync(status.ItemId, Stage.Seal);

        var bytes = await server.Operator.GetByteArrayAsync(new Uri($"/api/v1/items/{status.ItemId}/receipt", UriKind.Relative));

        Assert.Equal(EvidenceJson.ToBytes((await dock.StatusAsync(status)).Receipt!), bytes);
    }

    [Fact]
    public async Task The_api_describes_itself()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var answer = await server.Anonymous.GetAsync("/openapi/v1.json");
        var paths = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("paths");
        foreach (var path in new[] { "/api/v1/deliveries", "/api/v1/items/{id}/custody", "/api/v1/recorders/{id}/assignment", "/health" })
            Assert.True(paths.TryGetProperty(path, out _), path);
    }
}
