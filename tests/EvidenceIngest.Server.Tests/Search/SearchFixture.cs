using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Search;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Transcripts;
using Npgsql;

namespace EvidenceIngest.Server.Tests.Search;

/// <summary>A server with a custodian who looks for recordings.</summary>
public abstract class SearchFixture(PrivateCluster cluster) : IAsyncLifetime
{
    private static int _recordings;

    internal TestServer Server { get; private set; } = null!;

    internal TestDock Dock { get; private set; } = null!;

    internal HttpClient Custodian { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await TestServer.StartAsync(cluster, withJobs: false);
        await Server.VaultIsProbedAsync();
        Custodian = await Server.PersonAsync("王芳", Role.Custodian);
        Dock = await Server.EnrolDockAsync();
    }

    public ValueTask DisposeAsync()
    {
        Custodian.Dispose();
        return Server.DisposeAsync();
    }

    /// <summary>A sealed recording of sound in which this is said, a second a segment.</summary>
    private protected async Task<string> SaidAsync(params string[] said)
    {
        var item = await RecordedAsync();
        await SayAsync(item, 0, said);
        return item;
    }

    /// <summary>Each a second younger than the one before.</summary>
    private protected async Task<string> RecordedAsync(string recorder = "dev-1")
    {
        var number = Interlocked.Increment(ref _recordings);
        var recording = TestDock.Record(recorder, contents: "sound " + number);
        var made = new DateTime(2026, 11, 20, 9, 0, 0, DateTimeKind.Unspecified).AddSeconds(number);
        recording = recording with
        {
            Manifest = recording.Manifest with
            {
                Recording = recording.Manifest.Recording with { Kind = MediaKind.Audio, RecorderTime = made, TimeSource = MetadataSource.Person },
            },
        };
        var item = (await Dock.DeliverAsync(recording)).ItemId;
        await Server.RunAsync(item, Stage.Seal);
        return item;
    }

    private protected async Task SayAsync(string item, int follows, params string[] said)
    {
        var segments = said.Select((text, i) => new TranscriptSegment(i, i + 1, null, text)).ToList();
        using var answer = await Custodian.PutAsJsonAsync($"/api/v1/items/{item}/transcript", new TranscriptRequest("zh", segments, follows, "首次整理"), EvidenceJson.Options);
        answer.EnsureSuccessStatusCode();
    }

    private protected async Task DescribeAsync(string item, string objectOfProof)
    {
        using var answer = await Custodian.PatchAsJsonAsync($"/api/v1/items/{item}/metadata", new MetadataPatch(null, null, null, objectOfProof, "整理"), EvidenceJson.Options);
        answer.EnsureSuccessStatusCode();
    }

    private protected async Task CaseAsync(string number, string place, params string[] items)
    {
        using var set = await Server.Operator.PutAsJsonAsync($"/api/v1/cases/{Uri.EscapeDataString(number)}", new CaseRequest(null, null, null, CaseState.Open, null, null, Place: place), EvidenceJson.Options);
        set.EnsureSuccessStatusCode();
        if (items.Length == 0)
            return;
        using var linked = await Custodian.PostAsJsonAsync($"/api/v1/cases/{Uri.EscapeDataString(number)}/items", new CaseLinkRequest(items, "现场录像"), EvidenceJson.Options);
        linked.EnsureSuccessStatusCode();
    }

    private protected Task<SearchPage> FindAsync(string words, string rest = "", HttpClient? by = null) => AskAsync($"q={Uri.EscapeDataString(words)}{rest}", by);

    private protected async Task<SearchPage> AskAsync(string query, HttpClient? by = null)
    {
        using var answer = await (by ?? Custodian).GetAsync("/api/v1/search?" + query);
        return await TestDock.ReadAsync<SearchPage>(answer);
    }

    private protected async Task<List<string>> FoundAsync(string words, string rest = "", HttpClient? by = null) =>
        [.. (await FindAsync(words, rest, by)).Items.Select(i => i.Item.Item)];

    /// <summary>The index has every text that there is, and nothing else.</summary>
    private protected async Task IndexIsWholeAsync()
    {
        const string Columns = "item_id, field, place, starts_at, ends_at, text";
        await using var source = NpgsqlDataSource.Create(PrivateCluster.AsOwner(Server.Database));
        await using var command = source.CreateCommand(
            $"""
             (select 'lacks ', {Columns} from (select {Columns} from search_sources except select {Columns} from search_texts) l)
             union all (select 'has ', {Columns} from (select {Columns} from search_texts except select {Columns} from search_sources) h) limit 20
             """);
        await using var reader = await command.ExecuteReaderAsync();
        var wrong = new List<string>();
        while (await reader.ReadAsync())
            wrong.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue)));
        Assert.Empty(wrong);
    }

    private protected async Task OwnerAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(PrivateCluster.AsOwner(Server.Database));
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
