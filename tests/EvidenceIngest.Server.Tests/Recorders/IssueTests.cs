using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Recorders;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Recorders;

/// <summary>领用、归还, and the alarm for a recorder that is out too long.</summary>
public sealed class IssueTests(PrivateCluster cluster)
{
    /// <summary>A Friday in Shanghai; the second working day after it is Tuesday.</summary>
    private static readonly DateTimeOffset Friday = new(2026, 11, 20, 9, 0, 0, TimeSpan.FromHours(8));

    private const string Recorder = "dev-1";

    [Fact]
    public async Task Handing_a_recorder_out_assigns_it_and_it_is_out_until_it_comes_back()
    {
        await using var server = await StartAsync();

        var issued = await TestDock.ReadAsync<IssueView>(await IssueAsync(server, "1", "张伟"));
        await TestDock.ReadAsync<IssueView>(await IssueAsync(server, "1", "张伟"));

        Assert.Equal(new DateTimeOffset(2026, 11, 24, 23, 59, 59, TimeSpan.FromHours(8)), issued.DueAt);
        Assert.Equal([Recorder], (await OutAsync(server)).Select(i => i.Recorder));
        var recorder = Assert.Single((await server.Operator.GetFromJsonAsync<List<RecorderView>>("/api/v1/recorders", EvidenceJson.Options))!);
        Assert.Equal("张伟", recorder.Assignment!.OfficerName);

        var back = await TestDock.ReadAsync<IssueView>(await PostAsync(server, "return", new ReturnRequest("完好")));
        Assert.Equal(("完好", (DateTimeOffset?)null), (back.Note, back.DueAt));
        Assert.Empty(await OutAsync(server));
        Assert.Equal("完好", (await TestDock.ReadAsync<IssueView>(await PostAsync(server, "return", new ReturnRequest("再次")))).Note);
        Assert.Equal([CustodyEventKind.RecorderIssued, CustodyEventKind.RecorderReturned], await TellsAsync(server));
    }

    [Fact]
    public async Task Nobody_gets_a_recorder_that_somebody_else_has_unless_a_dock_has_read_it()
    {
        await using var server = await StartAsync();
        (await IssueAsync(server, "1", "张伟")).Dispose();

        using (var refused = await IssueAsync(server, "2", "赵军"))
            Assert.Contains("张伟", await TestDock.RefusedAsync(refused, HttpStatusCode.Conflict), StringComparison.Ordinal);
        var recorder = Assert.Single((await server.Operator.GetFromJsonAsync<List<RecorderView>>("/api/v1/recorders", EvidenceJson.Options))!);
        Assert.Equal("张伟", recorder.Assignment!.OfficerName);

        await DockAsync(server);
        (await IssueAsync(server, "2", "赵军")).EnsureSuccessStatusCode();

        var all = (await server.Operator.GetFromJsonAsync<List<IssueView>>("/api/v1/recorders/issues?all=true", EvidenceJson.Options))!;
        Assert.Equal([("赵军", null), ("张伟", "dock")], all.Select(i => (i.OfficerName, i.ReturnedBy)));
    }

    [Fact]
    public async Task Two_who_hand_it_out_at_one_moment_give_it_to_one_officer()
    {
        await using var server = await StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(1, 6).Select(i => IssueAsync(server, $"{i}", $"甲{i}")));
        Assert.Single(answers, a => a.IsSuccessStatusCode);
        Assert.All(answers.Where(a => !a.IsSuccessStatusCode), a => Assert.Equal(HttpStatusCode.Conflict, a.StatusCode));
        Assert.Single(await OutAsync(server));
    }

    [Fact]
    public async Task What_is_out_too_long_is_an_alarm_before_its_recordings_are_late_and_a_dock_ends_it()
    {
        await using var server = await StartAsync();
        // The shift ends on Wednesday: what was recorded on Friday is late before that.
        (await IssueAsync(server, "1", "张伟", days: 5)).EnsureSuccessStatusCode();

        await AtAsync(server, new DateTimeOffset(2026, 11, 24, 11, 0, 0, TimeSpan.FromHours(8)));
        Assert.Null(Assert.Single(await OutAsync(server)).AlarmedAt);
        await AtAsync(server, new DateTimeOffset(2026, 11, 24, 12, 30, 0, TimeSpan.FromHours(8)));
        await AtAsync(server, new DateTimeOffset(2026, 11, 24, 12, 40, 0, TimeSpan.FromHours(8)));

        Assert.NotNull(Assert.Single(await OutAsync(server)).AlarmedAt);
        Assert.Equal([CustodyEventKind.RecorderIssued, CustodyEventKind.RecorderOverdue], await TellsAsync(server));

        await DockAsync(server);
        var seen = Assert.Single(await OutAsync(server));
        Assert.Null(seen.AlarmedAt);
        Assert.Equal(new DateTimeOffset(2026, 11, 26, 23, 59, 59, TimeSpan.FromHours(8)), seen.DueAt);
    }

    [Fact]
    public async Task What_was_never_handed_out_can_t_come_back()
    {
        await using var server = await StartAsync();
        using var answer = await PostAsync(server, "return", new ReturnRequest());
        await TestDock.RefusedAsync(answer, HttpStatusCode.Conflict);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(40)]
    public async Task A_shift_that_has_ended_or_never_ends_is_refused(int days)
    {
        await using var server = await StartAsync();
        using var answer = await IssueAsync(server, "1", "张伟", days);
        await TestDock.RefusedAsync(answer, HttpStatusCode.BadRequest);
    }

    private async Task<TestServer> StartAsync()
    {
        var server = await TestServer.StartAsync(cluster, withJobs: false);
        server.Clock.Shift = Friday - TimeProvider.System.GetUtcNow();
        return server;
    }

    private static Task<HttpResponseMessage> IssueAsync(TestServer server, string number, string name, int days = 1) =>
        PostAsync(server, "issue", new IssueRequest(number, name, Friday.AddDays(days)));

    private static Task<HttpResponseMessage> PostAsync<T>(TestServer server, string what, T body) =>
        server.Operator.PostAsJsonAsync($"/api/v1/recorders/{Recorder}/{what}", body, EvidenceJson.Options);

    private static async Task<List<IssueView>> OutAsync(TestServer server) =>
        (await server.Operator.GetFromJsonAsync<List<IssueView>>("/api/v1/recorders/issues", EvidenceJson.Options))!;

    private static async Task AtAsync(TestServer server, DateTimeOffset at)
    {
        server.Clock.Shift = at - TimeProvider.System.GetUtcNow();
        await server.Get<RecorderIssues>().RunOnceAsync(CancellationToken.None);
    }

    private static async Task DockAsync(TestServer server)
    {
        var dock = await server.EnrolDockAsync();
        using var report = await dock.Http.PutAsJsonAsync(
            "/api/v1/docks/me/bays", new[] { new BayReport("1-2", "Offloading", Recorder, null, 0, 1, 0, 1, server.Clock.GetUtcNow()) }, EvidenceJson.Options);
        report.EnsureSuccessStatusCode();
    }

    private static async Task<List<CustodyEventKind>> TellsAsync(TestServer server) =>
        [.. (await server.Catalogue.ReadAsync(db => db.ReadChainAsync(CustodyLog.ServiceChain, default), default))
            .Select(e => EvidenceJson.FromBytes<CustodyEvent>(e.Bytes).Kind).Where(k => k is CustodyEventKind.RecorderIssued or CustodyEventKind.RecorderReturned or CustodyEventKind.RecorderOverdue)];
}
