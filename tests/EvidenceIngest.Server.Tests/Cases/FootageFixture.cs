using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Recorders;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Cases;

/// <summary>A server whose officers record what a test says; every recording lasts five minutes.</summary>
internal sealed class FootageFixture(TestServer server, TestDock dock) : IAsyncDisposable
{
    /// <summary>The act that cases are about: an hour on a Friday morning in Shanghai.</summary>
    public static readonly DateTimeOffset Nine = new(2026, 11, 20, 9, 0, 0, TimeSpan.FromHours(8));

    /// <summary>The end of Tuesday: what was made on Friday has to be stored by then.</summary>
    private static readonly DateTimeOffset Late = new(2026, 11, 24, 23, 59, 59, TimeSpan.FromHours(8));

    public TestServer Server => server;

    public static async Task<FootageFixture> StartAsync(PrivateCluster cluster)
    {
        var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.VaultIsProbedAsync();
        server.Clock.Shift = Nine.AddHours(3) - TimeProvider.System.GetUtcNow();
        return new FootageFixture(server, await server.EnrolDockAsync());
    }

    /// <summary>A sealed and inspected recording.</summary>
    public async Task<string> RecordAsync(string officer, DateTimeOffset at, string begins = "video")
    {
        var recorder = "dev-" + officer;
        using (var assigned = await PutAsync($"recorders/{recorder}/assignment", new AssignmentRequest(officer, "甲" + officer)))
            assigned.EnsureSuccessStatusCode();
        var recording = TestDock.Record(recorder, contents: begins + Guid.NewGuid());
        recording = recording with
        {
            Manifest = recording.Manifest with
            {
                Recording = recording.Manifest.Recording with { RecorderTime = at.DateTime, TimeSource = MetadataSource.Person },
            },
        };
        var status = await dock.DeliverAsync(recording);
        Assert.True(await server.RunAsync(status.ItemId, Stage.Seal));
        Assert.True(await server.RunAsync(status.ItemId, Stage.Inspect));
        return status.ItemId;
    }

    public async Task MatterAsync(string id, bool wholeRecording = false, bool linkAutomatically = false)
    {
        using var set = await PutAsync("matters/" + id, new MatterRequest(id, "行政强制法", wholeRecording, null, linkAutomatically));
        set.EnsureSuccessStatusCode();
    }

    /// <summary>An open case whose act lasted so many minutes from nine.</summary>
    public async Task<CaseView> CaseAsync(string number, string? matter, int minutes, string[] officers, CasePosition? position = null, DateTimeOffset? from = null)
    {
        var begin = from ?? Nine;
        var request = new CaseRequest(matter, null, null, CaseState.Open, null, null, officers, begin, begin.AddMinutes(minutes), "光明路", position);
        using var set = await PutAsync("cases/" + number, request);
        return await TestDock.ReadAsync<CaseView>(set);
    }

    public async Task LinkAsync(string number, params string[] items)
    {
        using var linked = await server.Operator.PostAsJsonAsync($"/api/v1/cases/{number}/items", new CaseLinkRequest(items, "现场录像"), EvidenceJson.Options);
        linked.EnsureSuccessStatusCode();
    }

    public async Task<CaseView> FindAsync(string number) =>
        (await server.Operator.GetFromJsonAsync<CaseView>("/api/v1/cases/" + number, EvidenceJson.Options))!;

    public async Task<List<CaseProposal>> ProposalsAsync(string number, HttpClient? by = null) =>
        (await (by ?? server.Operator).GetFromJsonAsync<List<CaseProposal>>($"/api/v1/cases/{number}/proposals", EvidenceJson.Options))!;

    /// <summary>As the keeper does, now or after the storage deadline.</summary>
    public async Task<CaseFootage> LookAsync(string number, bool late = false)
    {
        if (late && server.Clock.GetUtcNow() < Late)
            server.Clock.Shift = Late.AddMinutes(1) - TimeProvider.System.GetUtcNow();
        await server.Get<FootageKeeper>().RunOnceAsync(CancellationToken.None);
        return (await FindAsync(number)).Footage!;
    }

    public Task<HttpResponseMessage> PutAsync<T>(string path, T body) => server.Operator.PutAsJsonAsync("/api/v1/" + path, body, EvidenceJson.Options);

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
