using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Recorders;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Recorders;

public sealed class AssignmentTests(PrivateCluster cluster)
{
    private static readonly DateTimeOffset Recorded = new(2026, 11, 20, 9, 30, 0, TimeSpan.FromHours(8));

    [Fact]
    public async Task Assigning_a_recorder_accepts_what_was_quarantined_for_that_alone()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync();
        var good = await SealAsync(server, dock, TestDock.Record("dev-1", AttachmentKind.Usb));
        var damaged = await SealAsync(server, dock, TestDock.Record("dev-1", AttachmentKind.Usb, "damaged"));
        await server.RunAsync(damaged.ItemId, Stage.Inspect);
        var before = await ItemAsync(server, good.ItemId);
        Assert.Equal("quarantined", before.Summary.State);
        Assert.Contains("RecorderUnassigned", before.Summary.Reason, StringComparison.Ordinal);
        Assert.StartsWith("quarantine/", before.Summary.Files[0].Key, StringComparison.Ordinal);

        var answer = await AssignAsync(server, "dev-1", new AssignmentRequest("013302", "王芳", "城管一中队"));

        Assert.Equal([good.ItemId], answer.ItemsAccepted);
        var after = await ItemAsync(server, good.ItemId);
        Assert.Equal(("sealed", null), (after.Summary.State, after.Summary.Reason));
        Assert.Equal(("王芳", MetadataSource.Assignment), (after.Metadata.Producer!.Value, after.Metadata.Producer.Source));
        Assert.Equal(before.Summary.Deadline, after.Summary.Deadline);
        var still = await ItemAsync(server, damaged.ItemId);
        Assert.Equal("quarantined", still.Summary.State);
        Assert.DoesNotContain("RecorderUnassigned", still.Summary.Reason, StringComparison.Ordinal);
        var chain = await server.Get<ItemRegister>().CustodyAsync(good.ItemId, default);
        Assert.Equal(
            [CustodyEventKind.RecorderAssigned, CustodyEventKind.MetadataChanged, CustodyEventKind.Accepted],
            chain.TakeLast(3).Select(e => e.Kind));
        Assert.All(chain.TakeLast(3), e => Assert.Equal("operator:custodian", e.Actor));

        var again = await AssignAsync(server, "dev-1", new AssignmentRequest("013302", "王芳", "城管一中队"));
        Assert.Empty(again.ItemsAccepted);
        Assert.Equal(chain.Count, (await server.Get<ItemRegister>().CustodyAsync(good.ItemId, default)).Count);
    }

    [Fact]
    public async Task An_assignment_counts_from_its_beginning_until_the_next_one()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        await AssignAsync(server, "dev-2", new AssignmentRequest("1", "甲", From: Recorded.AddDays(-10)));
        await AssignAsync(server, "dev-2", new AssignmentRequest("2", "乙", From: Recorded.AddSeconds(1)));

        var status = await dock.AnnounceAsync(TestDock.Record("dev-2", AttachmentKind.Usb));

        var item = await ItemAsync(server, status.ItemId);
        Assert.Equal("甲", item.Metadata.Producer!.Value);
        Assert.Null(item.Summary.Reason);
        await AssignAsync(server, "dev-2", new AssignmentRequest("3", "丙", From: Recorded));
        Assert.Equal("丙", (await ItemAsync(server, status.ItemId)).Metadata.Producer!.Value);

        var recorders = await TestDock.ReadAsync<RecorderView[]>(await server.Operator.GetAsync("/api/v1/recorders"));
        var shown = Assert.Single(recorders);
        Assert.Equal(["乙", "丙", "甲"], shown.Assignments.Select(a => a.OfficerName));
        Assert.Equal("乙", shown.Assignment!.OfficerName);
        Assert.Equal(shown.Assignments[1].From, shown.Assignments[2].To);
    }

    [Fact]
    public async Task A_beginning_finer_than_the_catalogue_is_found_again_by_the_same_request()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var request = new AssignmentRequest("1", "甲", From: Recorded.AddTicks(1_234_567));

        var first = await AssignAsync(server, "dev-2", request);
        var second = await AssignAsync(server, "dev-2", request);

        Assert.Equal(Recorded.AddTicks(1_234_560), second.Assignment.From);
        Assert.Equal(first.Assignment.From, second.Assignment.From);
        Assert.Single(Assert.Single(await TestDock.ReadAsync<RecorderView[]>(await server.Operator.GetAsync("/api/v1/recorders"))).Assignments);
    }

    [Fact]
    public async Task A_recording_from_before_the_assignment_stays_in_quarantine()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync();
        var status = await SealAsync(server, dock, TestDock.Record("dev-3", AttachmentKind.Usb));

        var answer = await AssignAsync(server, "dev-3", new AssignmentRequest("1", "甲", From: Recorded.AddSeconds(1)));

        Assert.Empty(answer.ItemsAccepted);
        Assert.Equal("quarantined", (await ItemAsync(server, status.ItemId)).Summary.State);
    }

    [Fact]
    public async Task A_folder_that_an_operator_named_is_accepted_without_assignment_by_its_officer_number()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var status = await (await server.EnrolDockAsync()).AnnounceAsync(TestDock.Record("card-1"));

        var item = await ItemAsync(server, status.ItemId);

        Assert.Null(item.Summary.Reason);
        Assert.Equal(new MetadataValue("警号013302", MetadataSource.FileName), item.Metadata.Producer);
    }

    [Theory]
    [InlineData("013302", "王芳", "城管一中队", "王芳", "警号013302, 城管一中队")]
    [InlineData("013302", null, "城管一中队", "警号013302", "城管一中队")]
    [InlineData(null, "王芳", null, "王芳", null)]
    [InlineData("000000", " ", "----", null, null)]
    public async Task A_recorders_own_settings_name_the_producer_where_nobody_better_does(string? number, string? name, string? unit, string? producer, string? note)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var recording = TestDock.Record("told-1", AttachmentKind.Usb);
        var manifest = recording.Manifest;
        recording = recording with
        {
            Manifest = manifest with
            {
                Recorder = manifest.Recorder with { Holder = new RecorderHolder(number, name, "440100", unit) },
                Recording = manifest.Recording with { OfficerNumber = null },
            },
        };
        var status = await (await server.EnrolDockAsync()).AnnounceAsync(recording);

        var item = await ItemAsync(server, status.ItemId);

        Assert.Equal(producer is null ? null : new MetadataValue(producer, MetadataSource.Recorder, note), item.Metadata.Producer);
        // What stands in a recorder is no assignment.
        Assert.Contains("RecorderUnassigned", item.Summary.Reason, StringComparison.Ordinal);
        await AssignAsync(server, "told-1", new AssignmentRequest("2", "乙"));
        Assert.Equal("乙", (await ItemAsync(server, status.ItemId)).Metadata.Producer!.Value);
    }

    [Fact]
    public async Task Announcing_and_assigning_at_once_never_leaves_an_item_behind()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        for (var i = 0; i < 15; i++)
        {
            var recorder = "race-" + i;
            var announcing = dock.AnnounceAsync(TestDock.Record(recorder, AttachmentKind.Usb));
            await Task.WhenAll(announcing, AssignAsync(server, recorder, new AssignmentRequest("1", "甲")));

            var item = await ItemAsync(server, (await announcing).ItemId);
            Assert.Equal((null, "甲"), (item.Summary.Reason, item.Metadata.Producer!.Value));
        }
    }

    [Fact]
    public async Task Names_are_checked()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var empty = await server.Operator.PutAsJsonAsync(
            "/api/v1/recorders/x/assignment", new AssignmentRequest("1", "  "), EvidenceJson.Options);
        Assert.Contains("officerName", await TestDock.RefusedAsync(empty, HttpStatusCode.BadRequest), StringComparison.Ordinal);
        using var control = await server.Operator.PutAsJsonAsync(
            "/api/v1/recorders/x/assignment", new AssignmentRequest("1\n", "甲"), EvidenceJson.Options);
        Assert.Contains("control", await TestDock.RefusedAsync(control, HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    private static async Task<DeliveryStatus> SealAsync(TestServer server, TestDock dock, Recording recording)
    {
        var status = await dock.DeliverAsync(recording);
        await server.RunAsync(status.ItemId, Stage.Seal);
        return status;
    }

    private static Task<ItemDetail> ItemAsync(TestServer server, string id) => server.Get<ItemRegister>().FindAsync(id, default);

    private static async Task<AssignmentAnswer> AssignAsync(TestServer server, string recorder, AssignmentRequest request) =>
        await TestDock.ReadAsync<AssignmentAnswer>(
            await server.Operator.PutAsJsonAsync($"/api/v1/recorders/{recorder}/assignment", request, EvidenceJson.Options));
}
