using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Recorders;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Recorders;

public sealed class RegistryTests(PrivateCluster cluster)
{
    private const string Id = "serial-A/1";

    [Theory]
    [InlineData("one dock")]
    [InlineData("two docks")]
    public async Task One_identity_in_two_bays_is_an_alarm_until_a_person_settles_it(string places)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.VaultIsProbedAsync();
        var first = await server.EnrolDockAsync();
        var second = places == "one dock" ? first : await server.EnrolDockAsync("二中队采集站");
        await AssignAsync(server, Id);
        var since = server.Clock.GetUtcNow();
        var sealedAlready = await SealAsync(server, first);
        Assert.Equal("sealed", await StateAsync(server, sealedAlready));

        await ReportAsync(first, Bay("usb:1-1", since));
        Assert.Null((await ShownAsync(server)).Alarm);
        if (places == "one dock")
            await ReportAsync(first, Bay("usb:1-1", since), Bay("usb:1-2", since));
        else
            await ReportAsync(second, Bay("usb:1-1", since));

        // What came while both stood there, and what comes from now on.
        var alarm = (await ShownAsync(server)).Alarm;
        Assert.Contains(Id, alarm!.Detail, StringComparison.Ordinal);
        var later = await SealAsync(server, second);
        Assert.Equal(["quarantined", "quarantined"], [await StateAsync(server, sealedAlready), await StateAsync(server, later)]);
        var chain = await server.Get<ItemRegister>().CustodyAsync(sealedAlready, default);
        Assert.Equal([CustodyEventKind.RecorderStateChanged, CustodyEventKind.Quarantined], chain.TakeLast(2).Select(e => e.Kind));

        // It is raised once, however often the docks report.
        await ReportAsync(first, Bay("usb:1-1", since));
        Assert.Equal(chain.Count, (await server.Get<ItemRegister>().CustodyAsync(sealedAlready, default)).Count);

        await ReportAsync(second);
        var settled = await SetAsync(server, new RecorderStateRequest(RecorderState.InService, "已换发编号"));
        Assert.Equal(new[] { sealedAlready, later }.Order(), settled.ItemsAccepted.Order());
        Assert.Equal(["sealed", "sealed"], [await StateAsync(server, sealedAlready), await StateAsync(server, later)]);
        Assert.Null((await ShownAsync(server)).Alarm);
        chain = await server.Get<ItemRegister>().CustodyAsync(sealedAlready, default);
        Assert.Equal([CustodyEventKind.RecorderStateChanged, CustodyEventKind.Accepted], chain.TakeLast(2).Select(e => e.Kind));
        Assert.Contains("已换发编号", chain[^2].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recorder_that_is_carried_to_another_dock_or_bay_is_no_alarm()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var (first, second) = (await server.EnrolDockAsync(), await server.EnrolDockAsync("二中队采集站"));
        var since = server.Clock.GetUtcNow();
        await AssignAsync(server, Id);

        // Pulled: empty, or failed for the moment until the watcher tells.
        await ReportAsync(first, Bay("usb:1-1", since, "Empty"), Bay("usb:1-2", since, "Failed"), Bay("usb:1-3", since));
        // An export of its card, in a folder that somebody named.
        await ReportAsync(first, Bay("folder:/media/export", since), Bay("usb:1-3", since));
        // The first dock's line is cut, and the recorder goes to the second one.
        server.Clock.Shift = TimeSpan.FromMinutes(1);
        await ReportAsync(second, Bay("usb:1-1", since));

        Assert.Null((await ShownAsync(server)).Alarm);
    }

    [Fact]
    public async Task A_withdrawn_recorder_is_offloaded_into_quarantine()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.VaultIsProbedAsync();
        var dock = await server.EnrolDockAsync();
        await AssignAsync(server, Id);
        await SetAsync(server, new RecorderStateRequest(RecorderState.Withdrawn, "报失"));

        Assert.True((await AdmissionAsync(dock)).Accepted);
        var item = await SealAsync(server, dock);

        Assert.Equal("quarantined", await StateAsync(server, item));
        await SetAsync(server, new RecorderStateRequest(RecorderState.InService, "已找回"));
        Assert.Equal("sealed", await StateAsync(server, item));
    }

    [Theory]
    [InlineData(UnknownRecorders.Quarantine, true)]
    [InlineData(UnknownRecorders.Refuse, false)]
    public async Task Whether_an_unknown_recorder_is_offloaded_is_the_sites_choice(UnknownRecorders choice, bool accepted)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false, unknownRecorders: choice);
        var dock = await server.EnrolDockAsync();

        var before = await AdmissionAsync(dock);
        Assert.Equal(accepted, before.Accepted);
        Assert.Equal(accepted, before.Advice is null);
        await AssignAsync(server, Id);
        Assert.Equal(new RecorderAdmission(true, null), await AdmissionAsync(dock));
    }

    [Fact]
    public async Task A_state_needs_a_known_recorder_and_a_reason()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var unknown = await PutAsync(server, new RecorderStateRequest(RecorderState.Withdrawn, "报失"));
        await TestDock.RefusedAsync(unknown, HttpStatusCode.NotFound);
        await AssignAsync(server, Id);
        using var silent = await PutAsync(server, new RecorderStateRequest(RecorderState.Withdrawn, " "));
        Assert.Contains("note", await TestDock.RefusedAsync(silent, HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    private static BayReport Bay(string bay, DateTimeOffset since, string state = "Offloading") => new(bay, state, Id, null, 0, 1, 0, 1, since);

    private static async Task ReportAsync(TestDock dock, params BayReport[] bays)
    {
        using var answer = await dock.Http.PutAsJsonAsync("/api/v1/docks/me/bays", bays, EvidenceJson.Options);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    private static async Task<RecorderAdmission> AdmissionAsync(TestDock dock) =>
        await TestDock.ReadAsync<RecorderAdmission>(await dock.Http.GetAsync($"/api/v1/docks/me/recorders/{Uri.EscapeDataString(Id)}/admission"));

    private static async Task AssignAsync(TestServer server, string recorder)
    {
        using var answer = await server.Operator.PutAsJsonAsync(
            $"/api/v1/recorders/{Uri.EscapeDataString(recorder)}/assignment", new AssignmentRequest("013302", "王芳"), EvidenceJson.Options);
        Assert.True(answer.IsSuccessStatusCode);
    }

    private static Task<HttpResponseMessage> PutAsync(TestServer server, RecorderStateRequest request) =>
        server.Operator.PutAsJsonAsync($"/api/v1/recorders/{Uri.EscapeDataString(Id)}/state", request, EvidenceJson.Options);

    private static async Task<RecorderStateAnswer> SetAsync(TestServer server, RecorderStateRequest request) =>
        await TestDock.ReadAsync<RecorderStateAnswer>(await PutAsync(server, request));

    private static async Task<RecorderView> ShownAsync(TestServer server) =>
        (await TestDock.ReadAsync<RecorderView[]>(await server.Operator.GetAsync("/api/v1/recorders"))).Single();

    private static async Task<string> SealAsync(TestServer server, TestDock dock)
    {
        var status = await dock.DeliverAsync(TestDock.Record(Id, AttachmentKind.Usb));
        await server.RunAsync(status.ItemId, Stage.Seal);
        return status.ItemId;
    }

    private static async Task<string> StateAsync(TestServer server, string item) => (await server.Get<ItemRegister>().FindAsync(item, default)).Summary.State;
}
