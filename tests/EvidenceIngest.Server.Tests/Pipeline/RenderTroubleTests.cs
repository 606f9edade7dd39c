using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Status;
using EvidenceIngest.Server.Tests.Media;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Server.Tests.Pipeline;

/// <summary>The machine fails while renditions are made: nothing half made is ever seen, it is tried again, and the item says what to do.</summary>
public sealed class RenderTroubleTests(PrivateCluster cluster) : IDisposable
{
    private static readonly string[] All = ["audio16k", "poster", "proxy", "sprites", "sprites-1", "waveform"];

    private readonly Studio _studio = new();
    private TroubledTool? _tool;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("*libx264*proxy.mp4*", "midway 9")]
    [InlineData("*libx264*proxy.mp4*", "midway 15")]
    [InlineData("*libx264*proxy.mp4*", "midway STOP")]
    [InlineData("*poster.jpg", "kill -STOP $$")]
    [InlineData("*poster.jpg", "kill -9 $$")]
    [InlineData("*sprites-*", "kill -9 $$")]
    public async Task A_tool_that_is_killed_or_stopped_is_run_again(string run, string trouble)
    {
        await using var server = await StartAsync(run, trouble);
        var item = await SealAsync(server);

        Assert.False(await server.RunAsync(item, Stage.Render));
        var waiting = await StageAsync(server, item);
        Assert.Equal((StageState.Due, 1), (waiting.State, waiting.Attempts));
        Assert.Contains("自动重试", waiting.Note, StringComparison.Ordinal);
        await AssertNothingIsSeenAsync(server, item);

        Assert.True(await server.RunAsync(item, Stage.Render));
        await AssertAllIsThereAsync(server, item);
        Assert.DoesNotContain(await server.Get<ItemRegister>().CustodyAsync(item, Ct), e => e.Kind == CustodyEventKind.RenderFailed);
    }

    [Fact]
    public async Task What_keeps_being_killed_says_what_to_do_once_and_is_made_when_the_machine_is_mended()
    {
        await using var server = await StartAsync("*poster.jpg", "kill -9 $$", times: 100);
        var item = await RealMedia.SealAsync(server, await _studio.FilmAsync("a.avi", 2, "160x120", "-c:v mjpeg", "-c:a pcm_s16le"));
        for (var attempt = 1; attempt <= 7; attempt++)
        {
            Assert.False(await server.RunAsync(item, Stage.Render));
            await AssertNothingIsSeenAsync(server, item);
            var due = await server.Catalogue.ReadAsync(db => db.ItemStages.SingleAsync(s => s.ItemId == item && s.Stage == Stage.Render, Ct), Ct);
            Assert.Equal((StageState.Due, attempt), (due.State, due.Attempts));
            // Half a minute, and twice as long each time.
            Assert.InRange((due.DueAt!.Value - server.Clock.GetUtcNow()).TotalSeconds, (30 * Math.Pow(2, attempt - 1)) - 20, 30 * Math.Pow(2, attempt - 1));
            server.Clock.Shift = server.Clock.Shift.Add(due.DueAt.Value - server.Clock.GetUtcNow());
            var events = (await server.Get<ItemRegister>().CustodyAsync(item, Ct)).Where(e => e.Kind == CustodyEventKind.RenderFailed).ToList();
            Assert.Equal(attempt >= 5 ? 1 : 0, events.Count);
            Assert.Equal(attempt >= 5, due.Note!.Contains($"已连续失败 {attempt} 次", StringComparison.Ordinal) && due.Note.Contains("请管理员检查", StringComparison.Ordinal));
            Assert.Contains("原始文件已封存，不受影响", due.Note, StringComparison.Ordinal);
        }

        Assert.Equal(1, (await server.Get<ServerOverview>().StatusAsync(Ct)).Stages.Single(s => s.Stage == Stage.Render).Retrying);
        _tool!.Mend();
        Assert.True(await server.RunAsync(item, Stage.Render));
        await AssertAllIsThereAsync(server, item);
    }

    [Fact]
    public void However_long_a_machine_fails_it_is_tried_every_day() =>
        Assert.All(Enumerable.Range(1, 100_000), n => Assert.InRange(Stages.MachineBackoff(n), TimeSpan.FromSeconds(30), TimeSpan.FromDays(1)));

    [Fact]
    public async Task A_disk_that_fills_up_is_waited_for()
    {
        await using var server = await RealMedia.StartAsync(cluster);
        // Little pictures and much sound: what comes out is larger than the master, so that the look at the free room beforehand lets it pass.
        var item = await RealMedia.SealAsync(server, await _studio.FilmAsync("a.avi", 120, "64x48", "-c:v mjpeg -q:v 31 -r 1", "-c:a libmp3lame -b:a 16k"));
        var work = server.Get<ServerOptions>().WorkFolder;
        Directory.CreateDirectory(work);
        Assert.SkipUnless(TroubledTool.Run("mount", "-t", "tmpfs", "-o", "size=3500k", "tmpfs", work), "only root can mount a small disk");
        try
        {
            for (var attempt = 1; attempt <= 5; attempt++)
            {
                Assert.False(await server.RunAsync(item, Stage.Render));
                var waiting = await StageAsync(server, item);
                Assert.Equal((StageState.Due, attempt), (waiting.State, waiting.Attempts));
                Assert.Contains("磁盘已满", waiting.Note, StringComparison.Ordinal);
                await AssertNothingIsSeenAsync(server, item);
            }

            Assert.Single(await server.Get<ItemRegister>().CustodyAsync(item, Ct), e => e.Kind == CustodyEventKind.RenderFailed);
            Assert.True(TroubledTool.Run("mount", "-o", "remount,size=64m", work));
            Assert.True(await server.RunAsync(item, Stage.Render));
            await AssertAllIsThereAsync(server, item);
        }
        finally
        {
            TroubledTool.Run("umount", "-l", work);
        }
    }

    [Fact]
    public async Task Whatever_breaks_off_between_the_store_and_the_catalogue_all_renditions_are_seen_or_none()
    {
        await using var server = await RealMedia.StartAsync(cluster);
        var item = await RealMedia.SealAsync(server, await _studio.FilmAsync("a.avi", 3, "160x120", "-c:v mjpeg", "-c:a pcm_s16le"));
        var broken = 0;
        for (var step = 0; (await StageAsync(server, item)).State != StageState.Done; step++)
        {
            server.Faults.KillAt(step);
            await server.RunAsync(item, Stage.Render);
            broken += server.Faults.Struck ? 1 : 0;
            server.Faults.Never();
            if ((await StageAsync(server, item)).State == StageState.Due)
                await AssertNoRowsAsync(server, item);
            // The fifth failure of its own would be the last.
            await server.Catalogue.WriteAsync(db => db.ItemStages.Where(s => s.ItemId == item).ExecuteUpdateAsync(set => set.SetProperty(s => s.Attempts, 0), Ct), Ct);
        }

        // The master's, six renditions', and the commit, before and after each.
        Assert.True(broken > 10, $"only {broken} steps were seen");
        await AssertAllIsThereAsync(server, item);
    }

    public void Dispose()
    {
        _tool?.Dispose();
        _studio.Dispose();
    }

    private Task<TestServer> StartAsync(string run, string trouble, int times = 1)
    {
        _tool = TroubledTool.Make(run, trouble, times);
        return RealMedia.StartAsync(
            cluster, services => services.AddSingleton(new MediaToolOptions { Ffmpeg = _tool.Path, Threads = 2, Niceness = 0, IdleTime = TimeSpan.FromSeconds(3) }));
    }

    private async Task<string> SealAsync(TestServer server) =>
        await RealMedia.SealAsync(server, await _studio.FilmAsync("a.avi", 12, "1280x720", "-c:v mjpeg -q:v 20", "-c:a pcm_s16le"));

    private static async Task<StageProgress> StageAsync(TestServer server, string item) =>
        (await server.Get<ItemRegister>().FindAsync(item, Ct)).Summary.Stages.Single(s => s.Stage == Stage.Render);

    private static async Task AssertNothingIsSeenAsync(TestServer server, string item)
    {
        await AssertNoRowsAsync(server, item);
        Assert.DoesNotContain(server.Vault.Versions, v => v.Key.Contains("renditions/", StringComparison.Ordinal));
    }

    private static async Task AssertNoRowsAsync(TestServer server, string item)
    {
        Assert.False(await server.Catalogue.ReadAsync(db => db.Renditions.AnyAsync(r => r.ItemId == item, Ct), Ct));
        Assert.DoesNotContain(await server.Get<ItemRegister>().CustodyAsync(item, Ct), e => e.Kind == CustodyEventKind.Rendered);
        foreach (var name in All)
        {
            using var answer = await server.Operator.PostAsJsonAsync($"/api/v1/items/{item}/links", new LinkRequest(name), EvidenceJson.Options, Ct);
            Assert.True(answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict, $"{name}: {answer.StatusCode}");
        }

        AssertWorkFolderIsEmpty(server);
    }

    private static async Task AssertAllIsThereAsync(TestServer server, string item)
    {
        Assert.Equal((StageState.Done, null), ((await StageAsync(server, item)).State, (await StageAsync(server, item)).Note));
        var stored = await server.Catalogue.ReadAsync(db => db.Renditions.Where(r => r.ItemId == item).OrderBy(r => r.Name).ToListAsync(Ct), Ct);
        Assert.Equal(All, stored.Select(r => r.Name).Order(StringComparer.Ordinal));
        Assert.All(stored, r => Assert.Equal(r.Sha256, TestDock.Digest(server.Vault.Content(new(r.Bucket, r.Key, r.VersionId))).Sha256));
        Assert.Equal(All.Length, (await server.Get<ItemRegister>().CustodyAsync(item, Ct)).Count(e => e.Kind == CustodyEventKind.Rendered));
        AssertWorkFolderIsEmpty(server);
    }

    private static void AssertWorkFolderIsEmpty(TestServer server)
    {
        var work = server.Get<ServerOptions>().WorkFolder;
        Assert.True(!Directory.Exists(work) || Directory.GetFileSystemEntries(work).Length == 0);
    }
}
