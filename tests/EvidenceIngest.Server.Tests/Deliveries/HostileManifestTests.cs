using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Deliveries;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Tests.Deliveries;

public sealed class HostileManifestTests(PrivateCluster cluster)
{
    private static readonly string Digest = new('a', 64);

    [Fact]
    public async Task Every_hostile_manifest_is_refused_with_its_reason_and_leaves_nothing()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();

        await RefusedAsync(dock, "not json at all", "body is not what it must be");
        await RefusedAsync(dock, "null", "body is not what it must be");
        await RefusedAsync(dock, "[]", "body is not what it must be");
        await RefusedAsync(dock, new string('[', 100_000), "body is not what it must be");
        await RefusedAsync(dock, "{\"offloadId\":\"\\ud800\"}", "body is not what it must be");
        await RefusedAsync(dock, With(m => m["offloadId"] = null), "body is not what it must be");
        await RefusedAsync(dock, With(m => m.Remove("recorder")), "body is not what it must be");
        await RefusedAsync(dock, With(m => m["recorder"] = Nested(200)), "body is not what it must be");
        await RefusedAsync(dock, With(m => m["files"] = null), "body is not what it must be");
        await RefusedAsync(dock, With(m => m["files"] = new JsonArray()), "at least one file");
        await RefusedAsync(dock, With(m => m["files"] = new JsonArray((JsonNode?)null)), "files[0]: is null");
        await RefusedAsync(dock, With(m => File(m)["digest"]!["sha256"] = "ABC"), "not a digest");
        await RefusedAsync(dock, With(m => File(m)["digest"]!["sha256"] = Digest.ToUpperInvariant()), "not a digest");
        await RefusedAsync(dock, With(m => File(m)["digest"]!["sm3"] = "x"), "not a digest");
        await RefusedAsync(dock, With(m => File(m)["digest"] = null), "body is not what it must be");
        await RefusedAsync(dock, With(m => File(m)["bytes"] = -1), "files[0].bytes");
        await RefusedAsync(dock, With(m => File(m)["bytes"] = long.MaxValue), "files[0].bytes");
        await RefusedAsync(dock, With(m => File(m)["bytes"] = "12"), "body is not what it must be");
        await RefusedAsync(dock, With(m => File(m)["recorderPath"] = ""), "files[0].recorderPath");
        await RefusedAsync(dock, With(m => File(m)["recorderPath"] = "a\u0000b"), "control characters");
        await RefusedAsync(dock, With(m => File(m)["recorderPath"] = "a\r\nb"), "control characters");
        await RefusedAsync(dock, With(m => File(m)["recorderPath"] = "a\u0085b"), "control characters");
        await RefusedAsync(dock, With(m => File(m)["recorderPath"] = new string('x', 20_000)), "longer than");
        await RefusedAsync(dock, With(m => m["recorder"]!["recorderId"] = " "), "recorder.recorderId");
        await RefusedAsync(dock, With(m => m["recorder"]!["attachment"] = 1), "body is not what it must be");
        await RefusedAsync(dock, With(m => m["recording"]!["method"] = "a\u001b[31m"), "recording.method");
        await RefusedAsync(dock, With(m => m["recording"]!["findings"] = new JsonArray((JsonNode?)null)), "recording.findings[0]: is null");
        await RefusedAsync(dock, With(m => m["events"] = new JsonArray((JsonNode?)null)), "events[0]: is null");
        await RefusedAsync(dock, With(m => m["events"]![0]!["kind"] = "Sealed"), "a dock can't report Sealed");
        await RefusedAsync(dock, With(m => m["files"] = Files(10_000)), "more than 1000");
        await RefusedAsync(dock, With(m => m["files"] = new JsonArray(NewFile("same"), NewFile("same"))), "twice");
        await RefusedAsync(dock, With(m => m["offloadId"] = new string('x', ManifestRules.MaxBodyBytes)), "larger than", HttpStatusCode.RequestEntityTooLarge);

        Assert.Equal(0, await server.Catalogue.ReadAsync(db => db.Items.CountAsync(), default));
        Assert.Equal(0, server.Vault.OpenUploads);
    }

    [Fact]
    public async Task A_body_that_is_no_json_by_its_type_is_refused()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();

        using var answer = await dock.Http.PostAsync("/api/v1/deliveries", new StringContent(With(_ => { }), Encoding.UTF8, "text/plain"));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Theory]
    [InlineData("../../../../etc/passwd", "bin")]
    [InlineData("DCIM/..%2F..%2Fx.mp4", "mp4")]
    [InlineData("/absolute.MP4", "mp4")]
    [InlineData("a.mp4/../b.exe", "bin")]
    [InlineData("录像 2026.JPG", "jpg")]
    [InlineData("x.mp4 ", "bin")]
    public async Task No_name_from_a_card_becomes_part_of_a_key_but_a_known_ending(string path, string ending)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        var recording = TestDock.Record();
        recording = recording with
        {
            Manifest = recording.Manifest with { Files = [recording.Manifest.Files[0] with { RecorderPath = path }] },
        };

        var status = await dock.AnnounceAsync(recording);

        var key = await server.Catalogue.ReadAsync(db => db.Uploads.Select(u => u.Key).SingleAsync(), default);
        Assert.Equal($"masters/2026/11/{status.ItemId}/01.{ending}", key);
    }

    [Fact]
    public async Task A_clock_from_another_age_is_kept_and_noted_but_never_a_failure()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        foreach (var (time, offset) in new[]
        {
            (DateTime.MinValue, TimeSpan.MaxValue), (DateTime.MaxValue, TimeSpan.MinValue), (new DateTime(1970, 1, 1), TimeSpan.Zero),
            (new DateTime(2099, 1, 1), TimeSpan.Zero),
        })
        {
            var recording = TestDock.Record();
            var manifest = recording.Manifest;
            var status = await dock.AnnounceAsync(recording with
            {
                Manifest = manifest with
                {
                    Clock = manifest.Clock with { Offset = offset },
                    Recording = manifest.Recording with { RecorderTime = time },
                },
            });

            var item = await server.Get<ItemRegister>().FindAsync(status.ItemId, default);
            Assert.Contains(item.Findings, f => f.Code == FindingCode.ImplausibleTime);
            Assert.Null(item.Summary.Deadline);
            Assert.Contains(Requirement.TimeOfProduction, item.Summary.Missing);
        }
    }

    [Fact]
    public void Five_tebibytes_fit_into_the_parts_that_a_store_takes()
    {
        var part = PartPlan.PartBytes(ManifestRules.MaxFileBytes);
        Assert.InRange(PartPlan.Parts(ManifestRules.MaxFileBytes, part), 1, 9000);
        Assert.Equal(16 << 20, PartPlan.PartBytes(5L << 30));
        var parts = PartPlan.Parts((16 << 20) + 1, 16 << 20);
        Assert.Equal((2, 16 << 20, 1), (parts, PartPlan.LengthOf((16 << 20) + 1, 16 << 20, 1), PartPlan.LengthOf((16 << 20) + 1, 16 << 20, 2)));
    }

    private static async Task RefusedAsync(
        TestDock dock, string body, string detail, HttpStatusCode expected = HttpStatusCode.BadRequest)
    {
        using var answer = await dock.Http.PostAsync("/api/v1/deliveries", new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Contains(detail, await TestDock.RefusedAsync(answer, expected), StringComparison.Ordinal);
    }

    private static string With(Action<JsonObject> change)
    {
        var manifest = JsonNode.Parse(EvidenceJson.ToBytes(TestDock.Record().Manifest))!.AsObject();
        change(manifest);
        return manifest.ToJsonString();
    }

    private static JsonObject File(JsonObject manifest) => manifest["files"]![0]!.AsObject();

    private static JsonArray Files(int count) => [.. Enumerable.Range(0, count).Select(i => (JsonNode)NewFile("f" + i))];

    private static JsonObject NewFile(string path) => new()
    {
        ["recorderPath"] = path,
        ["bytes"] = 1,
        ["digest"] = new JsonObject { ["sha256"] = Digest, ["sm3"] = null },
        ["modifiedAt"] = null,
    };

    private static JsonObject Nested(int depth)
    {
        var node = new JsonObject();
        for (var i = 0; i < depth; i++)
            node = new JsonObject { ["a"] = node };
        return node;
    }
}
