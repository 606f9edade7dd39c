using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Redaction;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Redaction;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Server.Tests.Redaction;

/// <summary>The machine fails while a copy is made: nothing half made is ever seen, and what may pass is tried again.</summary>
public sealed class RedactionTroubleTests(PrivateCluster cluster) : IDisposable
{
    private static readonly RedactionPlan Plan = new([new CoveredRegion(CoverMode.Black, [new RegionKeyFrame(0, 0, 0, 0.5, 0.5)])]);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private TroubledTool? _tool;

    public void Dispose() => _tool?.Dispose();

    /// <summary>Once, the run with these arguments gets so far and ends so.</summary>
    [Theory]
    [InlineData("*pipe:0*", "head -c 300000 >/dev/null; kill -9 $$")]
    [InlineData("*rawvideo*pipe:1*", "kill -9 $$")]
    [InlineData("*rawvideo*pipe:1*", "(sleep 0.1; kill -9 $$) & /usr/bin/ffmpeg \"$@\" | head -c 100000; sleep 5")]
    [InlineData("*sound.pcm*", "kill -15 $$")]
    public async Task A_tool_that_is_killed_is_run_again(string run, string trouble)
    {
        await using var site = await StartAsync(run, trouble);
        var item = await RealMedia.SealAsync(site.Server, await site.Studio.FilmAsync("a.mp4", 3, "320x240"));
        await site.OrderAsync(item, Plan);

        await site.Server.Get<RedactionKeeper>().RunOnceAsync(Ct);
        var waiting = await site.FindAsync(item);
        Assert.Equal((RedactionState.Ordered, null), (waiting.State, waiting.Rendition));
        Assert.Contains("自动重试", waiting.Note, StringComparison.Ordinal);
        await AssertNothingIsSeenAsync(site, item);

        site.Server.Clock.Shift += TimeSpan.FromMinutes(1);
        await site.Server.Get<RedactionKeeper>().RunOnceAsync(Ct);
        Assert.Equal((RedactionState.ToReview, null), ((await site.FindAsync(item)).State, (await site.FindAsync(item)).Note));
    }

    [Theory]
    [InlineData("*pipe:0*", "sleep 1000")]
    [InlineData("*pipe:0*", "midway STOP")]
    [InlineData("*rawvideo*pipe:1*", "kill -STOP $$")]
    public async Task A_tool_that_hangs_is_ended_and_after_five_times_the_order_says_so(string run, string trouble)
    {
        await using var site = await StartAsync(run, trouble, times: 5);
        var item = await RealMedia.SealAsync(site.Server, await site.Studio.FilmAsync("a.mp4", 12, "1280x720"));
        await site.OrderAsync(item, Plan);
        for (var attempt = 1; attempt < 5; attempt++)
        {
            await site.Server.Get<RedactionKeeper>().RunOnceAsync(Ct);
            Assert.Equal(RedactionState.Ordered, (await site.FindAsync(item)).State);
            site.Server.Clock.Shift += TimeSpan.FromMinutes(1);
        }

        await site.Server.Get<RedactionKeeper>().RunOnceAsync(Ct);
        var failed = await site.FindAsync(item);
        Assert.Equal((RedactionState.Failed, null), (failed.State, failed.Rendition));
        Assert.Contains("停止响应", failed.Note, StringComparison.Ordinal);
        await AssertNothingIsSeenAsync(site, item);
        Assert.Single(await site.Server.Get<ItemRegister>().CustodyAsync(item, Ct), e => e.Kind == CustodyEventKind.RenderFailed);
    }

    [Fact]
    public async Task A_full_disk_is_waited_for_and_then_the_order_fails()
    {
        await using var site = await RedactionSite.StartAsync(cluster);
        var item = await RealMedia.SealAsync(site.Server, await site.Studio.FilmAsync("a.mp4", 8, "640x480"));
        var work = site.Server.Get<ServerOptions>().WorkFolder;
        Directory.CreateDirectory(work);
        Assert.SkipUnless(TroubledTool.Run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", work), "only root can mount a small disk");
        try
        {
            await site.OrderAsync(item, Plan);
            await site.Server.Get<RedactionKeeper>().RunOnceAsync(Ct);
            Assert.Equal(RedactionState.Ordered, (await site.FindAsync(item)).State);
            for (var i = 0; i < 4; i++)
            {
                site.Server.Clock.Shift += TimeSpan.FromMinutes(1);
                await site.Server.Get<RedactionKeeper>().RunOnceAsync(Ct);
            }

            var failed = await site.FindAsync(item);
            Assert.Equal((RedactionState.Failed, null), (failed.State, failed.Rendition));
            await AssertNothingIsSeenAsync(site, item);
        }
        finally
        {
            TroubledTool.Run("umount", "-l", work);
        }

        // Ordered again, with room.
        await site.MakeAsync(item, Plan);
    }

    private static async Task AssertNothingIsSeenAsync(RedactionSite site, string item)
    {
        Assert.False(await site.Server.Catalogue.ReadAsync(db => db.Renditions.AnyAsync(r => r.ItemId == item && r.Name.StartsWith("redacted-"), Ct), Ct));
        Assert.DoesNotContain(site.Server.Vault.Versions, v => v.Key.Contains("redacted-", StringComparison.Ordinal));
        var work = site.Server.Get<ServerOptions>().WorkFolder;
        Assert.True(!Directory.Exists(work) || Directory.GetFileSystemEntries(work).Length == 0);
    }

    private Task<RedactionSite> StartAsync(string run, string trouble, int times = 1)
    {
        _tool = TroubledTool.Make(run, trouble, times);
        return RedactionSite.StartAsync(
            cluster, services => services.AddSingleton(new MediaToolOptions { Ffmpeg = _tool.Path, Niceness = 0, IdleTime = TimeSpan.FromSeconds(3) }));
    }
}
