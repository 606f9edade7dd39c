using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Packages;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Transcripts;
using Npgsql;

namespace EvidenceIngest.Server.Tests.Transcripts;

public sealed class TranscriptTests(PrivateCluster cluster) : IAsyncLifetime
{
    private static readonly TranscriptSegment[] Words = [new(0, 2.5, "张三", "请出示证件"), new(2.5, 4, null, "好的")];

    private TestServer _server = null!;
    private HttpClient _custodian = null!;
    private string _item = "";

    [Fact]
    public async Task A_recording_of_sound_is_complete_only_with_a_transcript_that_a_person_confirmed()
    {
        Assert.Contains(Requirement.Transcript, (await DetailAsync()).Summary.Missing);
        await WriteAsync(0, Words);
        Assert.Contains(Requirement.Transcript, (await DetailAsync()).Summary.Missing);

        var confirmed = await ConfirmAsync(1);

        Assert.Equal((2, TranscriptState.Confirmed, "王芳"), (confirmed.Version, confirmed.State, confirmed.By));
        Assert.DoesNotContain(Requirement.Transcript, (await DetailAsync()).Summary.Missing);
        // Who corrects what was confirmed has to have it confirmed again.
        await WriteAsync(2, [Words[0]]);
        Assert.Contains(Requirement.Transcript, (await DetailAsync()).Summary.Missing);
        Assert.Equal([3, 2, 1], (await GetAsync<List<Transcript>>("/versions")).Select(v => v.Version));
    }

    [Fact]
    public async Task Two_people_don_t_overwrite_each_other()
    {
        await WriteAsync(0, Words);

        using var late = await PutAsync(0, [Words[1]]);
        using var unseen = await _custodian.PostAsJsonAsync(Path("/confirm"), new TranscriptConfirmation(2), EvidenceJson.Options);

        Assert.Contains("at version 1, not 0", await TestDock.RefusedAsync(late, HttpStatusCode.Conflict), StringComparison.Ordinal);
        await TestDock.RefusedAsync(unseen, HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task The_same_request_again_makes_no_other_version()
    {
        await WriteAsync(0, Words);
        Assert.Equal(1, (await WriteAsync(0, Words)).Version);
        await ConfirmAsync(1);
        Assert.Equal(2, (await ConfirmAsync(1)).Version);

        var chain = (await _server.Operator.GetFromJsonAsync<List<CustodyEventView>>($"/api/v1/items/{_item}/custody", EvidenceJson.Options))!;
        Assert.Single(chain, e => e.Kind == CustodyEventKind.TranscriptChanged);
        Assert.Single(chain, e => e.Kind == CustodyEventKind.TranscriptConfirmed);
    }

    [Theory]
    [InlineData("中文", 0.0, 1.0, "好")]
    [InlineData("zh", 2.0, 1.0, "好")]
    [InlineData("zh", -1.0, 1.0, "好")]
    [InlineData("zh", 0.0, 1e9, "好")]
    [InlineData("zh", 0.0, 1.0, "")]
    [InlineData("zh", 0.0, 1.0, "a\u0000b")]
    public async Task What_is_no_transcript_is_refused(string language, double start, double end, string text)
    {
        using var answer = await _custodian.PutAsJsonAsync(Path(), new TranscriptRequest(language, [new(start, end, null, text)], 0), EvidenceJson.Options);

        await TestDock.RefusedAsync(answer, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Versions_are_append_only_also_for_the_tables_owner()
    {
        await WriteAsync(0, Words);
        await using var owner = NpgsqlDataSource.Create(PrivateCluster.AsOwner(_server.Database));
        await using var command = owner.CreateCommand("update transcripts set state = 'Confirmed'");

        await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());
    }

    [Fact]
    public async Task A_package_has_it_as_record_text_and_cues()
    {
        await WriteAsync(0, Words);
        await ConfirmAsync(1);
        using var answer = await _custodian.PostAsJsonAsync("/api/v1/packages", new PackageRequest([_item], null, "给检察院"), EvidenceJson.Options);
        var package = await TestDock.ReadAsync<PackageView>(answer);
        Task<string> FileAsync(string name) => _custodian.GetStringAsync($"/api/v1/packages/{package.Package}/files/data/items/{_item}/{name}");

        Assert.Equal("[00:00:00] 张三：请出示证件\n[00:00:02] 好的\n", await FileAsync("transcript.txt"));
        Assert.StartsWith("WEBVTT\n\n00:00:00.000 --> 00:00:02.500\n<v 张三>请出示证件\n", await FileAsync("transcript.vtt"), StringComparison.Ordinal);
        Assert.Contains("\"state\":\"Confirmed\"", await FileAsync("transcript.json"), StringComparison.Ordinal);
        using var vtt = await _custodian.GetAsync(Path("?format=vtt"));
        Assert.Equal("text/vtt", vtt.Content.Headers.ContentType!.MediaType);
    }

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(cluster, withJobs: false);
        await _server.VaultIsProbedAsync();
        _custodian = await _server.PersonAsync("王芳", Role.Custodian);
        var dock = await _server.EnrolDockAsync();
        var recording = TestDock.Record();
        recording = recording with { Manifest = recording.Manifest with { Recording = recording.Manifest.Recording with { Kind = MediaKind.Audio } } };
        var status = await dock.DeliverAsync(recording);
        await _server.RunAsync(status.ItemId, Stage.Seal);
        _item = status.ItemId;
    }

    public ValueTask DisposeAsync()
    {
        _custodian.Dispose();
        return _server.DisposeAsync();
    }

    private string Path(string rest = "") => $"/api/v1/items/{_item}/transcript{rest}";

    private async Task<T> GetAsync<T>(string rest)
    {
        using var answer = await _custodian.GetAsync(Path(rest));
        return await TestDock.ReadAsync<T>(answer);
    }

    private async Task<ItemDetail> DetailAsync() => (await _server.Operator.GetFromJsonAsync<ItemDetail>($"/api/v1/items/{_item}", EvidenceJson.Options))!;

    private Task<HttpResponseMessage> PutAsync(int follows, TranscriptSegment[] segments) =>
        _custodian.PutAsJsonAsync(Path(), new TranscriptRequest("zh", segments, follows), EvidenceJson.Options);

    private async Task<Transcript> WriteAsync(int follows, TranscriptSegment[] segments)
    {
        using var answer = await PutAsync(follows, segments);
        return await TestDock.ReadAsync<Transcript>(answer);
    }

    private async Task<Transcript> ConfirmAsync(int version)
    {
        using var answer = await _custodian.PostAsJsonAsync(Path("/confirm"), new TranscriptConfirmation(version), EvidenceJson.Options);
        return await TestDock.ReadAsync<Transcript>(answer);
    }
}
