using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Excerpts;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Tests.Media;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Server.Tests.Excerpts;

/// <summary>The machine fails while clips are made, and several are made at once.</summary>
public sealed class ExcerptTroubleTests(PrivateCluster cluster) : IDisposable
{
    private readonly Studio _studio = new();
    private TroubledTool? _tool;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("kill -9 $$")]
    [InlineData("kill -STOP $$")]
    [InlineData("midway STOP")]
    public async Task A_tool_that_is_killed_or_stopped_is_run_again(string trouble)
    {
        await using var server = await StartAsync("*libx264*", trouble);
        var item = await RealMedia.SealAsync(server, await _studio.FilmAsync("a.mp4", 12, "1280x720"));
        await OrderAsync(server, item, 0.5, 11.5);

        await server.Get<ExcerptKeeper>().RunOnceAsync(Ct);
        var waiting = Assert.Single(await ListAsync(server, item));
        Assert.Equal((ExcerptState.Waiting, null), (waiting.State, waiting.Rendition));
        Assert.Contains("自动重试", waiting.Note, StringComparison.Ordinal);
        Assert.False(await server.Catalogue.ReadAsync(db => db.Renditions.AnyAsync(r => r.ItemId == item, Ct), Ct));
        Assert.DoesNotContain(server.Vault.Versions, v => v.Key.Contains("clip-", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(server.Get<ServerOptions>().WorkFolder));

        server.Clock.Shift += TimeSpan.FromMinutes(1);
        await server.Get<ExcerptKeeper>().RunOnceAsync(Ct);
        Assert.Equal(ExcerptState.Ready, Assert.Single(await ListAsync(server, item)).State);
        Assert.DoesNotContain(await server.Get<ItemRegister>().CustodyAsync(item, Ct), e => e.Kind == CustodyEventKind.RenderFailed);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    public async Task So_many_are_made_at_once_as_the_setting_says(int setting, int most)
    {
        // Each leaves its mark while it runs, and waits for as many as may run; in vain where there are no more.
        var marks = _studio.Folder.CreateSubdirectory("marks").FullName;
        var wait = $"sleep 0.5; n=0; while [ $(ls {marks} | wc -l) -lt {most} ] && [ $n -lt 40 ]; do sleep 0.25; n=$((n+1)); done";
        await using var server = await StartAsync("*libx264*", $"mkdir {marks}/$$; {wait}; ls {marks} | wc -l >> {_studio["seen"]}; rmdir {marks}/$$", times: 100, setting, idleSeconds: 60);
        var item = await RealMedia.SealAsync(server, await _studio.FilmAsync("a.mp4", 6, "160x120"));
        for (var i = 0; i < 5; i++)
            await OrderAsync(server, item, i, i + 1);

        await server.Get<ExcerptKeeper>().RunOnceAsync(Ct);
        Assert.All(await ListAsync(server, item), e => Assert.Equal((ExcerptState.Ready, null), (e.State, e.Note)));
        var seen = (await File.ReadAllLinesAsync(_studio["seen"], Ct)).Select(int.Parse).ToList();
        Assert.Equal((5, most), (seen.Count, seen.Max()));
        Assert.Equal(5, (await server.Get<ItemRegister>().CustodyAsync(item, Ct)).Count(e => e.Kind == CustodyEventKind.Rendered));
    }

    public void Dispose()
    {
        _tool?.Dispose();
        _studio.Dispose();
    }

    private Task<TestServer> StartAsync(string run, string trouble, int times = 1, int concurrency = 1, int idleSeconds = 3)
    {
        _tool = TroubledTool.Make(run, trouble, times);
        return RealMedia.StartAsync(
            cluster, services => services.AddSingleton(new MediaToolOptions { Ffmpeg = _tool.Path, Threads = 2, Niceness = 0, IdleTime = TimeSpan.FromSeconds(idleSeconds) }), concurrency);
    }

    private static async Task OrderAsync(TestServer server, string item, double from, double to)
    {
        using var answer = await server.Operator.PostAsJsonAsync($"/api/v1/items/{item}/clips", new ClipRequest(from, to, "试", NothingHidden: true), EvidenceJson.Options, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    private static async Task<IReadOnlyList<ExcerptView>> ListAsync(TestServer server, string item) =>
        (await server.Operator.GetFromJsonAsync<IReadOnlyList<ExcerptView>>($"/api/v1/items/{item}/excerpts", EvidenceJson.Options, Ct))!;
}
