using System.Data.Common;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Packages;
using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Transcripts;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Server.Tests.Packages;

/// <summary>What was said, as a package hands it out.</summary>
public sealed class TranscriptPackageTests(PrivateCluster cluster) : IAsyncLifetime
{
    private readonly AfterCommit _afterCommit = new();
    private PackageRig _rig = null!;
    private string _item = "";

    [Fact]
    public async Task A_package_has_the_last_version_as_record_text_and_cues()
    {
        var verdict = await _rig.VerifyAsync();

        Assert.Equal((PackageOutcome.Proven, null), (verdict.Outcome, verdict.Failure));
        Assert.Contains(verdict.Checked, c => c.Contains("文字记录第2版与保管链一致，已确认", StringComparison.Ordinal));
        Assert.Equal("[00:00:00] 张三：请出示证件\n[00:00:02] 好的 --> <v 李四>\n", _rig.Package.Text(PackageLayout.TranscriptText(_item)));
        Assert.Equal(
            "WEBVTT\n\n00:00:00.000 --> 00:00:02.500\n<v 张三>请出示证件\n\n00:00:02.500 --> 00:00:04.000\n好的 --&gt; &lt;v 李四&gt;\n",
            _rig.Package.Text(PackageLayout.TranscriptCues(_item)));
        var record = EvidenceJson.FromBytes<Transcript>(_rig.Package.Files[PackageLayout.Transcript(_item)]);
        Assert.Equal((_item, 2, TranscriptState.Confirmed, "custodian"), (record.ItemId, record.Version, record.State, record.ConfirmedBy));
        // The other item has none.
        Assert.DoesNotContain(PackageLayout.Transcript(_rig.Items[1]), _rig.Package.Files.Keys);
    }

    [Fact]
    public async Task What_is_written_while_a_package_is_made_belongs_to_the_next_one()
    {
        _afterCommit.Then = () => WriteAsync(2, new TranscriptSegment(0, 1, null, "后来的话"));
        await _rig.MakeAsync("同时");

        Assert.Null(_afterCommit.Then);
        var verdict = await _rig.VerifyAsync();
        Assert.Equal((PackageOutcome.Proven, null), (verdict.Outcome, verdict.Failure));
        Assert.Equal(2, EvidenceJson.FromBytes<Transcript>(_rig.Package.Files[PackageLayout.Transcript(_item)]).Version);
        await _rig.MakeAsync("以后");
        Assert.Contains("后来的话", _rig.Package.Text(PackageLayout.TranscriptText(_item)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_report_shows_its_state_and_its_words()
    {
        var html = WebUtility.HtmlDecode(_rig.Package.Text(PackageLayout.Report));
        foreach (var expected in new[] { "声音内容的文字记录", "已确认", "第2版（zh）", "请出示证件", "好的 --> <v 李四>", "张三", "确认声音文字记录", "整理声音文字记录" })
            Assert.Contains(expected, html, StringComparison.Ordinal);
        // The chain tells of the version before, too.
        Assert.DoesNotContain("未经确认", html[..html.IndexOf("保管链（", StringComparison.Ordinal)], StringComparison.Ordinal);

        await WriteAsync(2, new TranscriptSegment(null, null, null, "改过的话"));
        await _rig.MakeAsync("再给检察院");
        var corrected = WebUtility.HtmlDecode(_rig.Package.Text(PackageLayout.Report));
        Assert.Contains("人工整理，未经确认", corrected, StringComparison.Ordinal);
        Assert.Contains("改过的话", corrected, StringComparison.Ordinal);
        Assert.DoesNotContain(PackageLayout.TranscriptCues(_item), _rig.Package.Files.Keys);
        Assert.Equal(PackageOutcome.Proven, (await _rig.VerifyAsync()).Outcome);
    }

    [Fact]
    public async Task The_graph_names_its_files_as_what_the_confirmation_led_to()
    {
        string[] paths = [PackageLayout.Transcript(_item), PackageLayout.TranscriptText(_item), PackageLayout.TranscriptCues(_item)];
        var nodes = Graph();
        var files = paths.Select(p => (string)nodes.Single(n => Is(n, "uco-observable:File", p))["@id"]!).ToList();
        IEnumerable<string> Results(CustodyEventKind kind) =>
            nodes.Single(n => Is(n, "case-investigation:InvestigativeAction", kind.ToString()))["uco-action:result"]!.AsArray().Select(r => (string)r!["@id"]!);
        Assert.Equal(files, Results(CustodyEventKind.TranscriptConfirmed).Intersect(files));
        Assert.Empty(Results(CustodyEventKind.TranscriptChanged).Intersect(files));

        // Other words in another package are another file, also where both graphs are joined.
        await WriteAsync(2, new TranscriptSegment(0, 1, null, "改过的话"));
        await _rig.MakeAsync("再给检察院");
        Assert.DoesNotContain((string)Graph().Single(n => Is(n, "uco-observable:File", paths[0]))["@id"]!, files);

        List<JsonObject> Graph() => [.. JsonNode.Parse(_rig.Package.Text(PackageLayout.CaseGraph))!["@graph"]!.AsArray().Select(n => n!.AsObject())];
        static bool Is(JsonObject node, string type, string name) => (string)node["@type"]! == type && (string?)node["uco-core:name"] == name;
    }

    [Fact]
    public async Task With_the_servers_own_key_no_other_words_can_be_laid_beside_the_chain()
    {
        var (record, text, cues) = (PackageLayout.Transcript(_item), PackageLayout.TranscriptText(_item), PackageLayout.TranscriptCues(_item));
        Task ForgedAsync(string why, Action<Dictionary<string, byte[]>> change) => _rig.AttackedAsync(why, change, withKey: true);

        await ForgedAsync("is not the transcript that the chain", f => f[record] = Encoding.UTF8.GetBytes(_rig.Package.Text(record).Replace("好的", "不好", StringComparison.Ordinal)));
        await ForgedAsync("is missing, and the chain", f => f.Remove(record));
        await ForgedAsync("transcript.txt does not say", f => f[text] = "[00:00:00] 张三：我认罪\n"u8.ToArray());
        await ForgedAsync("transcript.txt does not say", f => f.Remove(text));
        await ForgedAsync("transcript.vtt does not say", f => f[cues] = [.. f[cues], (byte)'\n']);
        await ForgedAsync("transcript.vtt does not say", f => f.Remove(cues));
        await ForgedAsync("that its chain does not tell of", f => f[PackageLayout.Transcript(_rig.Items[1])] = f[record]);
        await ForgedAsync("that its chain does not tell of", f => f[PackageLayout.TranscriptCues(_rig.Items[1])] = f[cues]);
    }

    [Fact]
    public async Task The_steps_by_hand_find_other_words_too()
    {
        var scratch = Directory.CreateTempSubdirectory("evidence-by-hand-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(scratch.FullName, "published.pem"), _rig.Key.Pem);
            var whole = await _rig.ByHandAsync(scratch.FullName, "whole");
            Assert.True(whole.ExitCode == 0, whole.Output + whole.Error);

            var record = PackageLayout.Transcript(_item);
            _rig.Package.Files[record] = Encoding.UTF8.GetBytes(_rig.Package.Text(record).Replace("好的", "不好", StringComparison.Ordinal));
            using var stolen = Domain.Receipts.SigningKey.FromPem(await File.ReadAllTextAsync(_rig.Server.Get<ServerOptions>().ReceiptKeyFile));
            PackageRig.Reseal(_rig.Package.Files, stolen);
            Assert.Contains("other words", (await _rig.ByHandAsync(scratch.FullName, "forged")).Error, StringComparison.Ordinal);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    public async ValueTask InitializeAsync()
    {
        _rig = await PackageRig.StartAsync(await TestServer.StartAsync(
            cluster, withJobs: false, services: s => s.ConfigureDbContext<CatalogueDb>(o => o.AddInterceptors(_afterCommit), ServiceLifetime.Singleton)));
        _item = _rig.Items[0];
        await WriteAsync(0, new(0, 2.5, "张三", "请出示证件"), new(2.5, 4, null, "好的 --> <v 李四>"));
        using var confirmed = await _rig.Server.Operator.PostAsJsonAsync(
            $"/api/v1/items/{_item}/transcript/confirm", new TranscriptConfirmation(1, "与录音逐句核对一致"), EvidenceJson.Options);
        await TestDock.ReadAsync<Transcript>(confirmed);
        await _rig.MakeAsync("给检察院");
    }

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    private async Task WriteAsync(int follows, params TranscriptSegment[] segments)
    {
        using var answer = await _rig.Server.Operator.PutAsJsonAsync(
            $"/api/v1/items/{_item}/transcript", new TranscriptRequest("zh", segments, follows, "首次整理"), EvidenceJson.Options);
        await TestDock.ReadAsync<Transcript>(answer);
    }

    /// <summary>Does something once, as soon as something else is committed.</summary>
    private sealed class AfterCommit : DbTransactionInterceptor
    {
        public Func<Task>? Then { get; set; }

        public override async Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            var then = Then;
            Then = null;
            if (then is not null)
                await then();
        }
    }
}
