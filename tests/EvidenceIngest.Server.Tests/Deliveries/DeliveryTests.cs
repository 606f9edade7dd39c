using System.Net;
using System.Text;
using System.Text.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Deliveries;

public sealed class DeliveryTests(PrivateCluster cluster)
{
    [Fact]
    public async Task A_delivered_recording_is_sealed_and_receipted()
    {
        await using var server = await TestServer.StartAsync(cluster);
        var dock = await server.EnrolDockAsync();
        var recording = TestDock.Record(contents: ["first chapter", "", "third chapter"]);

        var status = await dock.DeliverAsync(recording);
        status = await dock.StatusAsync(status, waitSeconds: 20);

        Assert.Equal(DeliveryState.Sealed, status.State);
        var receipt = dock.Receipt(status).Statement;
        Assert.Equal((status.ItemId, status.DeliveryId, dock.Id), (receipt.ItemId, receipt.DeliveryId, receipt.DockId));
        Assert.Equal(recording.Manifest.Files.Select(f => f.Digest), receipt.Files.Select(f => f.Digest));
        foreach (var (file, body) in receipt.Files.Zip(recording.Bodies))
        {
            var version = new Server.Vault.VaultVersion(file.Bucket, file.Key, file.VersionId);
            Assert.Equal(body, server.Vault.Content(version));
            Assert.Contains(version, server.Vault.LockedVersions);
            Assert.True(file.LockedUntil > DateTimeOffset.UtcNow.AddDays(3649));
        }

        Assert.Equal($"masters/2026/11/{status.ItemId}/02.mp4", receipt.Files[1].Key);
        Assert.Matches("^ev-20261120-[0-9a-hjkmnp-tv-z]{10}$", status.ItemId);
    }

    [Fact]
    public async Task The_chain_begins_on_the_dock_and_goes_on_in_order()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync();
        var status = await dock.DeliverAsync(TestDock.Record());
        await server.RunAsync(status.ItemId, Server.Pipeline.Stage.Seal);
        using var told = await dock.PostAsync(
            $"deliveries/{status.DeliveryId}/events", new[] { new DockEvent(DateTimeOffset.UtcNow, CustodyEventKind.Cleared, "receipt rc-1: 1 files: a.MP4") });
        Assert.Equal(HttpStatusCode.NoContent, told.StatusCode);

        var chain = await server.Operator.GetAsync($"/api/v1/items/{status.ItemId}/custody");
        var events = await TestDock.ReadAsync<CustodyEventView[]>(chain);

        Assert.Equal(
            [
                CustodyEventKind.Docked, CustodyEventKind.Offloaded, CustodyEventKind.Announced, CustodyEventKind.Delivered,
                CustodyEventKind.Sealed, CustodyEventKind.Receipted, CustodyEventKind.Cleared,
            ],
            events.Select(e => e.Kind));
        Assert.Equal("dock:" + dock.Id, events[0].Actor);
        Assert.Null(CustodyChain.Verify(status.ItemId, events.Select(e => (e.Bytes, e.Hash))));
    }

    [Fact]
    public async Task A_manifest_that_repeats_is_the_same_delivery_and_its_events_enter_once()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        var recording = TestDock.Record();

        using var first = await dock.PostAsync("deliveries", recording.Manifest);
        var again = recording.Manifest with
        {
            OffloadId = "offload-2",
            Events = [.. recording.Manifest.Events, new DockEvent(DateTimeOffset.UtcNow, CustodyEventKind.Repeated, "sent again: the server asked for it")],
        };
        using var second = await dock.PostAsync("deliveries", again);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        var (a, b) = (await TestDock.ReadAsync<DeliveryStatus>(first), await TestDock.ReadAsync<DeliveryStatus>(second));
        Assert.Equal((a.DeliveryId, a.ItemId), (b.DeliveryId, b.ItemId));
        Assert.Equal(1, server.Vault.OpenUploads);
        var chain = await TestDock.ReadAsync<CustodyEventView[]>(await server.Operator.GetAsync($"/api/v1/items/{a.ItemId}/custody"));
        Assert.Equal(
            [CustodyEventKind.Docked, CustodyEventKind.Offloaded, CustodyEventKind.Announced, CustodyEventKind.Repeated],
            chain.Select(e => e.Kind));
    }

    [Fact]
    public async Task Twenty_announcements_at_once_make_one_delivery()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        var recording = TestDock.Record(contents: ["a", "b", "c"]);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => dock.AnnounceAsync(recording)));

        Assert.Single(answers.Select(a => a.ItemId).Distinct());
        Assert.Equal(3, server.Vault.OpenUploads);
        await dock.SendAsync(recording, answers[7]);
        Assert.Equal(DeliveryState.Sealing, (await dock.CompleteAsync(answers[7])).State);
    }

    [Fact]
    public async Task Another_dock_may_go_on_with_the_same_recording_once_it_has_announced_it()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var (first, second) = (await server.EnrolDockAsync(), await server.EnrolDockAsync("二中队采集站"));
        var recording = TestDock.Record();
        var status = await first.AnnounceAsync(recording);

        using var refused = await second.Http.GetAsync($"/api/v1/deliveries/{status.DeliveryId}");
        await TestDock.RefusedAsync(refused, HttpStatusCode.NotFound);
        using var complete = await second.PostAsync($"deliveries/{status.DeliveryId}/complete", new { });
        await TestDock.RefusedAsync(complete, HttpStatusCode.NotFound);
        using var events = await second.PostAsync($"deliveries/{status.DeliveryId}/events", Array.Empty<DockEvent>());
        await TestDock.RefusedAsync(events, HttpStatusCode.NotFound);

        var joined = await second.DeliverAsync(recording);
        Assert.Equal((status.ItemId, DeliveryState.Sealing), (joined.ItemId, joined.State));
    }

    [Fact]
    public async Task Files_that_another_delivery_sealed_are_refused_with_its_receipt()
    {
        await using var server = await TestServer.StartAsync(cluster);
        var dock = await server.EnrolDockAsync();
        var before = TestDock.Record(contents: ["chapter one"]);
        var longer = TestDock.Record(contents: ["chapter one", "chapter two"]);

        var status = await dock.AnnounceAsync(before);
        using (var busy = await dock.PostAsync("deliveries", longer.Manifest))
        {
            await TestDock.RefusedAsync(busy, HttpStatusCode.ServiceUnavailable);
            Assert.NotNull(busy.Headers.RetryAfter);
        }

        await dock.DeliverAsync(before);
        status = await dock.StatusAsync(status, 20);
        using var refused = await dock.PostAsync("deliveries", longer.Manifest);

        await TestDock.RefusedAsync(refused, HttpStatusCode.Conflict);
        var already = JsonDocument.Parse(await refused.Content.ReadAsStringAsync()).RootElement.GetProperty("alreadySealed")
            .Deserialize<AlreadySealedFile[]>(EvidenceJson.Options)!;
        var only = Assert.Single(already);
        Assert.Equal((0, status.ItemId), (only.File, only.ItemId));
        Assert.NotNull(Domain.Receipts.VaultReceipt.Verify(only.Receipt, dock.ReceiptKey).Find(
            longer.Manifest.Files[0].RecorderPath, longer.Manifest.Files[0].Digest));

        var rest = longer with
        {
            Manifest = longer.Manifest with { Files = [longer.Manifest.Files[1]] },
            Bodies = [longer.Bodies[1]],
        };
        Assert.Equal(DeliveryState.Sealed, (await dock.StatusAsync(await dock.DeliverAsync(rest), 20)).State);
    }

    [Fact]
    public async Task Completing_too_early_tells_what_is_missing()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        var recording = TestDock.Record(contents: ["one", "two"]);
        var status = await dock.AnnounceAsync(recording);
        await dock.SendAsync(recording, status with { Files = [status.Files[0], new FileUploadStatus(1, [])] });

        var early = await dock.CompleteAsync(status);

        Assert.Equal(DeliveryState.Uploading, early.State);
        Assert.Equal([[], [1]], early.Files.Select(f => f.MissingParts));
    }

    [Fact]
    public async Task An_upload_that_the_vault_forgot_begins_again_under_a_new_key()
    {
        await using var server = await TestServer.StartAsync(cluster);
        var dock = await server.EnrolDockAsync();
        var recording = TestDock.Record();
        await dock.SendAsync(recording, await dock.AnnounceAsync(recording));
        server.Vault.LoseUploads();

        var status = await dock.StatusAsync(await dock.AnnounceAsync(recording));
        Assert.Equal([1], status.Files[0].MissingParts);
        status = await dock.StatusAsync(await dock.DeliverAsync(recording), 20);

        Assert.Equal(DeliveryState.Sealed, status.State);
        Assert.EndsWith("/01-r2.mp4", dock.Receipt(status).Statement.Files[0].Key, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_vault_that_is_down_is_a_clear_problem_and_nothing_is_lost()
    {
        await using var server = await TestServer.StartAsync(cluster);
        var dock = await server.EnrolDockAsync();
        var recording = TestDock.Record();
        server.Vault.IsDown = true;

        using (var down = await dock.PostAsync("deliveries", recording.Manifest))
        {
            Assert.Contains("vault", await TestDock.RefusedAsync(down, HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
            Assert.True(down.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        }

        server.Vault.IsDown = false;
        var status = await dock.StatusAsync(await dock.DeliverAsync(recording), 20);
        Assert.Equal(DeliveryState.Sealed, status.State);
    }

    [Theory]
    [InlineData("{\"parts\":[]}", "1 to 64")]
    [InlineData("{\"parts\":[null]}", "null")]
    [InlineData("{\"parts\":[{\"file\":1,\"part\":1,\"bytes\":3,\"contentMd5\":\"AAAAAAAAAAAAAAAAAAAAAA==\"}]}", "files 0 to 0")]
    [InlineData("{\"parts\":[{\"file\":0,\"part\":2,\"bytes\":3,\"contentMd5\":\"AAAAAAAAAAAAAAAAAAAAAA==\"}]}", "has 1 parts")]
    [InlineData("{\"parts\":[{\"file\":0,\"part\":1,\"bytes\":4,\"contentMd5\":\"AAAAAAAAAAAAAAAAAAAAAA==\"}]}", "has 3 bytes")]
    [InlineData("{\"parts\":[{\"file\":0,\"part\":1,\"bytes\":3,\"contentMd5\":\"AAAA\"}]}", "16 bytes")]
    public async Task Grants_are_for_parts_of_the_manifest_only(string body, string detail)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        var status = await dock.AnnounceAsync(TestDock.Record(contents: ["abc"]));

        using var answer = await dock.Http.PostAsync(
            $"/api/v1/deliveries/{status.DeliveryId}/grants", new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Contains(detail, await TestDock.RefusedAsync(answer, HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }
}
