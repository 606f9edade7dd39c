using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Status;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Pipeline;

public sealed class PipelineTests(PrivateCluster cluster)
{
    [Fact]
    public async Task A_recording_goes_through_all_stages_by_itself()
    {
        await using var server = await TestServer.StartAsync(cluster);
        var dock = await server.EnrolDockAsync();
        var recording = TestDock.Record(contents: ["chapter one", "chapter two"]);

        var item = await DoneAsync(server, await dock.DeliverAsync(recording));

        Assert.Equal(["proxy"], item.Summary.Renditions);
        Assert.Equal(
            [StageState.Done, StageState.Done, StageState.Done, StageState.Awaiting], item.Summary.Stages.Select(s => s.State));
        Assert.Equal(recording.Bodies, server.Media.Inspected);
        Assert.Equal(2, item.Facts.Count);
        Assert.Equal(recording.Manifest.Files.Select(f => f.Digest.Sha256), item.Renditions[0].Recipe.Parents);
        var chain = await server.Get<ItemRegister>().CustodyAsync(item.Summary.Item, default);
        Assert.Equal([CustodyEventKind.Inspected, CustodyEventKind.Rendered], chain.TakeLast(2).Select(e => e.Kind));
        await Eventually.HoldsAsync(
            () => Task.FromResult(Directory.GetDirectories(server.Get<ServerOptions>().WorkFolder).Length == 0), "the work folder is empty");
    }

    [Theory]
    [InlineData("damaged", "Damaged: moov is missing", StageState.Done)]
    [InlineData("foreign", "Foreign: no media", StageState.NotNeeded)]
    public async Task What_inspection_finds_leads_to_quarantine_with_its_reason(string content, string reason, StageState rendering)
    {
        await using var server = await TestServer.StartAsync(cluster);
        var dock = await server.EnrolDockAsync();

        var item = await DoneAsync(server, await dock.DeliverAsync(TestDock.Record(contents: [content])));

        Assert.Equal(("quarantined", reason), (item.Summary.State, item.Summary.Reason));
        Assert.Equal(rendering, item.Summary.Stages[2].State);
        var chain = await server.Get<ItemRegister>().CustodyAsync(item.Summary.Item, default);
        Assert.Single(chain, e => e.Kind == CustodyEventKind.Quarantined);
    }

    [Theory]
    [InlineData(SidecarRole.Gps, StageState.Done)]
    [InlineData(SidecarRole.Md5, StageState.NotNeeded)]
    public async Task Companions_of_recordings_are_no_strangers(SidecarRole role, StageState rendering)
    {
        await using var server = await TestServer.StartAsync(cluster);
        var dock = await server.EnrolDockAsync();
        var recording = TestDock.Record(contents: ["foreign"]);
        var companion = new SidecarFacts(role, "DCIM/20261120/a.MP4");
        recording = recording with
        {
            Manifest = recording.Manifest with { Recording = recording.Manifest.Recording with { Kind = MediaKind.Other, Sidecar = companion } },
        };

        var item = await DoneAsync(server, await dock.DeliverAsync(recording));

        Assert.Equal(("sealed", null), (item.Summary.State, item.Summary.Reason));
        Assert.Equal(companion, item.Sidecar);
        Assert.Equal(rendering, item.Summary.Stages[2].State);
    }

    [Fact]
    public async Task A_rendition_that_cannot_be_made_is_an_event_and_a_visible_state()
    {
        await using var server = await TestServer.StartAsync(cluster);
        var dock = await server.EnrolDockAsync();
        server.Media.RenderingFails = true;

        var item = await DoneAsync(server, await dock.DeliverAsync(TestDock.Record()));

        Assert.Equal("sealed", item.Summary.State);
        Assert.Equal((StageState.Failed, "ffmpeg ended with code 1"), (item.Summary.Stages[2].State, item.Summary.Stages[2].Note));
        var chain = await server.Get<ItemRegister>().CustodyAsync(item.Summary.Item, default);
        Assert.Single(chain, e => e.Kind == CustodyEventKind.RenderFailed);
        Assert.Equal(1, (await server.Get<ServerOverview>().StatusAsync(default)).Stages[2].Failed);
    }

    [Fact]
    public async Task Killed_at_any_step_inspecting_and_rendering_end_with_one_of_each()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync();
        for (var step = 0; ; step++)
        {
            var status = await dock.DeliverAsync(TestDock.Record());
            await server.RunAsync(status.ItemId, Stage.Seal);
            server.Faults.KillAt(step);
            try
            {
                using var work = server.Get<WorkFolder>().Open(status.ItemId);
                await server.Get<Inspecting>().RunAsync(status.ItemId, work, default);
                await server.Get<Rendering>().RunAsync(status.ItemId, work, default);
            }
            catch (KilledException)
            {
                // As intended.
            }

            server.Faults.Never();
            if (!server.Faults.Struck)
            {
                Assert.True(step > 5, $"only {step} steps were seen");
                break;
            }

            Assert.True(await server.RunAsync(status.ItemId, Stage.Inspect));
            Assert.True(await server.RunAsync(status.ItemId, Stage.Render));
            Assert.True(await server.RunAsync(status.ItemId, Stage.Transcribe));
            var item = await server.Get<ItemRegister>().FindAsync(status.ItemId, default);
            Assert.True(item.Summary.Done);
            Assert.Single(item.Facts);
            Assert.Equal(FakeMedia.Proxy, server.Vault.Content(server.Vault.Versions.Last(
                v => v.Key == item.Renditions[0].Key && server.Vault.Content(v).Length == FakeMedia.Proxy.Length)));
            var kinds = (await server.Get<ItemRegister>().CustodyAsync(status.ItemId, default)).Select(e => e.Kind).ToList();
            Assert.Single(kinds, CustodyEventKind.Inspected);
            Assert.Single(kinds, CustodyEventKind.Rendered);
        }
    }

    [Fact]
    public async Task The_sweep_finds_what_became_due_without_a_job()
    {
        var database = await cluster.NewDatabaseAsync();
        var vault = new MemoryVault(new Faults());
        string itemId;
        await using (var without = await TestServer.StartAsync(cluster, withJobs: false, database, vault))
            itemId = (await (await without.EnrolDockAsync()).DeliverAsync(TestDock.Record())).ItemId;

        await using var server = await TestServer.StartAsync(cluster, database: database, vault: vault);

        await Eventually.HoldsAsync(
            async () => (await server.Get<ItemRegister>().FindAsync(itemId, default)).Summary.Done, "done by the sweep", 60);
    }

    [Fact]
    public async Task A_master_that_changed_after_sealing_never_reaches_a_tool()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync();
        var status = await dock.DeliverAsync(TestDock.Record());
        await server.RunAsync(status.ItemId, Stage.Seal);
        server.Vault.FlippedReads = int.MaxValue;

        for (var attempt = 0; attempt < 6; attempt++)
            await server.RunAsync(status.ItemId, Stage.Inspect);

        Assert.Empty(server.Media.Inspected);
        var chain = await server.Get<ItemRegister>().CustodyAsync(status.ItemId, default);
        Assert.Single(chain, e => e.Kind == CustodyEventKind.FixityMismatch);
        var inspect = (await server.Get<ItemRegister>().FindAsync(status.ItemId, default)).Summary.Stages[1];
        Assert.Equal(StageState.Failed, inspect.State);
    }

    [Fact]
    public async Task A_full_work_disk_is_waited_for()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync();
        var status = await dock.DeliverAsync(TestDock.Record());
        await server.RunAsync(status.ItemId, Stage.Seal);
        var place = new WorkPlace(Path.Combine(server.Get<ServerOptions>().WorkFolder, "x"), long.MaxValue / 2);

        using (place)
        {
            Assert.False(await server.Get<StageRuns>().RunAsync(
                status.ItemId, Stage.Inspect, ct => server.Get<Inspecting>().RunAsync(status.ItemId, place, ct), default));
        }

        var inspect = (await server.Get<ItemRegister>().FindAsync(status.ItemId, default)).Summary.Stages[1];
        Assert.Equal((StageState.Due, 1), (inspect.State, inspect.Attempts));
        Assert.Contains("bytes free", inspect.Note, StringComparison.Ordinal);
        Assert.True(await server.RunAsync(status.ItemId, Stage.Inspect));
    }

    private static async Task<ItemDetail> DoneAsync(TestServer server, DeliveryStatus status)
    {
        await Eventually.HoldsAsync(
            async () => (await server.Get<ItemRegister>().FindAsync(status.ItemId, default)).Summary.Done, "the pipeline is done", 60);
        return await server.Get<ItemRegister>().FindAsync(status.ItemId, default);
    }
}
