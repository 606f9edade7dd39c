using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Transcripts;

namespace EvidenceIngest.Server.Tests.Transcripts;

/// <summary>A server with a sealed recording of sound, and a custodian who writes down what it says.</summary>
public abstract class TranscriptFixture(PrivateCluster cluster) : IAsyncLifetime
{
    internal static readonly TranscriptSegment[] Words = [new(0, 2.5, "张三", "请出示证件"), new(2.5, 4, null, "好的")];

    internal TestServer Server { get; private set; } = null!;

    internal HttpClient Custodian { get; private set; } = null!;

    internal TestDock Dock { get; private set; } = null!;

    protected string Item { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Server = await TestServer.StartAsync(cluster, withJobs: false);
        await Server.VaultIsProbedAsync();
        Custodian = await Server.PersonAsync("王芳", Role.Custodian);
        Dock = await Server.EnrolDockAsync();
        Item = await SealedAsync(MediaKind.Audio);
    }

    public ValueTask DisposeAsync()
    {
        Custodian.Dispose();
        return Server.DisposeAsync();
    }

    private protected async Task<string> AnnouncedAsync(MediaKind kind, params string[] contents)
    {
        var recording = TestDock.Record(contents: contents);
        recording = recording with { Manifest = recording.Manifest with { Recording = recording.Manifest.Recording with { Kind = kind } } };
        return (await Dock.DeliverAsync(recording)).ItemId;
    }

    private protected async Task<string> SealedAsync(MediaKind kind, params string[] contents)
    {
        var item = await AnnouncedAsync(kind, contents);
        await Server.RunAsync(item, Stage.Seal);
        return item;
    }

    private protected string Path(string rest = "") => $"/api/v1/items/{Item}/transcript{rest}";

    private protected async Task<ItemDetail> DetailAsync() =>
        (await Server.Operator.GetFromJsonAsync<ItemDetail>($"/api/v1/items/{Item}", EvidenceJson.Options))!;

    private protected async Task<List<CustodyEventView>> ChainAsync(CustodyEventKind kind) =>
        [.. (await Server.Operator.GetFromJsonAsync<List<CustodyEventView>>($"/api/v1/items/{Item}/custody", EvidenceJson.Options))!.Where(e => e.Kind == kind)];

    private protected async Task<IReadOnlyList<TranscriptVersion>> VersionsAsync(HttpClient reader)
    {
        using var answer = await reader.GetAsync(Path("/versions"));
        return await TestDock.ReadAsync<List<TranscriptVersion>>(answer);
    }

    private protected Task<HttpResponseMessage> PutAsync(int follows, TranscriptSegment[] segments, HttpClient? writer = null, string? item = null) =>
        (writer ?? Custodian).PutAsJsonAsync($"/api/v1/items/{item ?? Item}/transcript", new TranscriptRequest("zh", segments, follows, "首次整理"), EvidenceJson.Options);

    private protected Task<HttpResponseMessage> PostAsync(int version, HttpClient? person = null) =>
        (person ?? Custodian).PostAsJsonAsync(Path("/confirm"), new TranscriptConfirmation(version, "与录音逐句核对一致"), EvidenceJson.Options);

    private protected async Task<Transcript> WriteAsync(int follows, params TranscriptSegment[] segments)
    {
        using var answer = await PutAsync(follows, segments);
        return await TestDock.ReadAsync<Transcript>(answer);
    }

    private protected async Task<Transcript> ConfirmAsync(int version)
    {
        using var answer = await PostAsync(version);
        return await TestDock.ReadAsync<Transcript>(answer);
    }
}
