using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.Status;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Server.Tests.Pipeline;

/// <summary>When renditions are made in a running server, and what its status says meanwhile.</summary>
public sealed class RenderingQueueTests(PrivateCluster cluster)
{
    private static readonly RenderingHours Night = new(new TimeOnly(19, 0), new TimeOnly(7, 0));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Outside_of_its_hours_a_recording_is_inspected_and_rendered_when_they_begin()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false, renderingHours: Night);
        await server.VaultIsProbedAsync();
        TurnTo(server, new TimeOnly(12, 0));
        var item = (await (await server.EnrolDockAsync()).DeliverAsync(TestDock.Record())).ItemId;
        Assert.True(await server.RunAsync(item, Stage.Seal));
        var job = ActivatorUtilities.CreateInstance<DeriveJob>(server.Get<IServiceProvider>());

        await job.RunAsync(item, Ct);
        Assert.Equal((StageState.Done, StageState.Due), (await StateAsync(server, item, Stage.Inspect), await StateAsync(server, item, Stage.Render)));
        var due = await server.Catalogue.ReadAsync(db => db.ItemStages.Where(s => s.ItemId == item && s.Stage == Stage.Render).Select(s => s.DueAt).SingleAsync(Ct), Ct);
        Assert.Equal(new TimeOnly(19, 0), TimeOnly.FromDateTime(TimeZoneInfo.ConvertTime(due!.Value, server.Get<ServerOptions>().AgencyZone).DateTime));

        // Left over from a night: neither the sweep nor a job that is there all the same begins it by day, and it keeps nobody's place.
        await BackdateAsync(server, item);
        Assert.Equal(0, await server.Get<PipelineSweep>().SweepAsync(Ct));
        await job.RunAsync(item, Ct);
        Assert.Equal(StageState.Due, await StateAsync(server, item, Stage.Render));
        TurnTo(server, new TimeOnly(18, 59, 59));
        await job.RunAsync(item, Ct);
        Assert.Equal(StageState.Due, await StateAsync(server, item, Stage.Render));

        TurnTo(server, new TimeOnly(19, 0));
        Assert.Equal(1, await server.Get<PipelineSweep>().SweepAsync(Ct));
        await job.RunAsync(item, Ct);
        Assert.Equal(StageState.Done, await StateAsync(server, item, Stage.Render));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_status_says_what_is_being_made_names_no_item_and_forgets_it_however_it_ends(bool fails)
    {
        using var maker = new SlowMaker(fails);
        await using var server = await TestServer.StartAsync(cluster, withJobs: false, services: s => s.AddSingleton<IRenditionMaker>(maker));
        await server.VaultIsProbedAsync();
        var item = (await (await server.EnrolDockAsync()).DeliverAsync(TestDock.Record())).ItemId;
        Assert.True(await server.RunAsync(item, Stage.Seal));
        Assert.True(await server.RunAsync(item, Stage.Inspect));
        Assert.Empty((await StatusAsync(server)).Working);

        var (began, rendering) = (server.Clock.GetUtcNow(), server.RunAsync(item, Stage.Render));
        await maker.Begun.WaitAsync(Ct);
        var shown = Assert.Single((await StatusAsync(server)).Working);
        Assert.Equal(("Render", null, null), (shown.Kind, shown.Step, shown.Percent));
        Assert.InRange(shown.Since, began, server.Clock.GetUtcNow());
        maker.Tell(new RenderStep("encoding proxy.mp4", 0.427));
        shown = Assert.Single((await StatusAsync(server)).Working);
        Assert.Equal(("encoding proxy.mp4", 42), (shown.Step, shown.Percent));
        maker.Tell(new RenderStep("poster", null));
        shown = Assert.Single((await StatusAsync(server)).Working);
        Assert.Equal(("poster", null), (shown.Step, shown.Percent));
        Assert.DoesNotContain(item, await server.Operator.GetStringAsync("/api/v1/status", Ct), StringComparison.Ordinal);

        maker.End();
        Assert.True(await rendering);
        Assert.Equal(fails ? StageState.Failed : StageState.Done, await StateAsync(server, item, Stage.Render));
        Assert.Empty((await StatusAsync(server)).Working);
    }

    // The next time that it is so late there.
    private static void TurnTo(TestServer server, TimeOnly local)
    {
        var zone = server.Get<ServerOptions>().AgencyZone;
        var now = TimeZoneInfo.ConvertTime(server.Clock.GetUtcNow(), zone);
        var ahead = local.ToTimeSpan() - now.TimeOfDay;
        server.Clock.Shift += ahead > TimeSpan.Zero ? ahead : ahead + TimeSpan.FromDays(1);
    }

    private static Task<int> BackdateAsync(TestServer server, string item) => server.Catalogue.WriteAsync(
        db => db.ItemStages.Where(s => s.ItemId == item && s.Stage == Stage.Render)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.DueAt, server.Clock.GetUtcNow() - TimeSpan.FromHours(10)), Ct),
        Ct);

    private static async Task<StageState> StateAsync(TestServer server, string item, Stage stage) =>
        (await server.Get<ItemRegister>().FindAsync(item, Ct)).Summary.Stages.Single(s => s.Stage == stage).State;

    private static async Task<ServerStatus> StatusAsync(TestServer server) =>
        (await server.Operator.GetFromJsonAsync<ServerStatus>("/api/v1/status", EvidenceJson.Options, Ct))!;

    private sealed class SlowMaker(bool fails) : IRenditionMaker, IDisposable
    {
        private readonly SemaphoreSlim _end = new(0);
        private readonly TaskCompletionSource<IProgress<RenderStep>> _progress = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Begun => _progress.Task;

        public void Tell(RenderStep step) => _progress.Task.Result.Report(step);

        public void End() => _end.Release();

        public async Task<IReadOnlyList<Rendition>> MakeAsync(
            MediaKind kind, IReadOnlyList<MasterCopy> masters, string workFolder, IProgress<RenderStep>? progress, CancellationToken ct)
        {
            _progress.SetResult(progress!);
            await _end.WaitAsync(ct);
            return fails ? throw new RenditionFailedException("no") : await new FakeMedia().MakeAsync(kind, masters, workFolder, null, ct);
        }

        public void Dispose() => _end.Dispose();
    }
}
