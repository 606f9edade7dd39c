using System.Net.Http.Json;
using System.Net;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Excerpts;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.Tests.Media;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Tests.Excerpts;

/// <summary>Clips and stills of real recordings, with the real tools: what they show is compared with the master's frames.</summary>
public sealed class ExcerptTests(PrivateCluster cluster) : IDisposable
{
    // Groups of two seconds with pictures out of order: neither edge lies on a key frame, and the end not on a reference.
    private const string H264 = "-c:v libx264 -preset veryfast -bf 3 -pix_fmt yuv420p -g 60";
    private const string H265 = "-c:v libx265 -preset ultrafast -bf 3 -pix_fmt yuv420p -x265-params log-level=none:keyint=60";

    private readonly Studio _studio = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a.mp4", H264, "-c:a aac", false, true)]
    [InlineData("b.mp4", H265, "-c:a aac", false, true)]
    [InlineData("c.mp4", H264, "-c:a aac", true, false)]
    [InlineData("d.avi", "-c:v mjpeg", "-c:a pcm_s16le", false, false)]
    public async Task A_clip_shows_exactly_the_masters_frames_between_its_edges(string name, string video, string sound, bool nothingHidden, bool copied)
    {
        await using var server = await RealMedia.StartAsync(cluster);
        var master = await _studio.FilmAsync(name, 10, "320x180", video, sound);
        var item = await RealMedia.SealAsync(server, master);

        var clip = await MakeAsync(server, await OrderAsync(server, item, new ClipRequest(3.217, 8.717, "给检察院", nothingHidden)));

        Assert.Equal(copied, clip.Recipe.Copied);
        Assert.Equal(copied, clip.Recipe.Tool.Contains("clip edges", StringComparison.Ordinal));
        Assert.InRange(clip.Recipe.DurationDifference!.Value, -0.05, 0.05);
        var shown = await FramesAsync(clip.File);
        var all = await FramesAsync(master);
        // 30 frames a second from 0: the first at or behind 3.217 s is number 97, the last before 8.717 s number 261.
        Assert.Equal(261 - 97 + 1, shown.Count);
        if (copied)
            Assert.Equal(all[97..262], shown);
        else
            await AssertLikeAsync(clip.File, master, 97, shown.Count);
        // With everything decoded that is in the file, whatever the edit list says.
        var inside = (await Studio.AskAsync(clip.File, "packet=size", "-select_streams", "v", "-ignore_editlist", "1")).Split('\n').Length;
        Assert.Equal(copied, inside > shown.Count);
    }

    [Fact]
    public async Task A_still_is_the_frame_on_the_screen_at_its_time()
    {
        await using var server = await RealMedia.StartAsync(cluster);
        var master = await _studio.FilmAsync("a.mp4", 6, "320x180", H264);
        var item = await RealMedia.SealAsync(server, master);
        var all = await FramesAsync(master, "rgb24");
        // Shown from 3.0667 s (number 92) until 3.1 s.
        foreach (var (at, frame) in new[] { (3.09, 92), (3.1, 93), (0.0, 0), (5.99, 179) })
        {
            var still = await MakeAsync(server, await OrderAsync(server, item, new StillRequest(at, "比对")));
            Assert.Equal("image/png", still.ContentType);
            Assert.Equal(all[frame], Assert.Single(await FramesAsync(still.File, "rgb24")));
        }
    }

    /// <summary>Streams begin with whatever comes first, here the sound; whoever orders read the times off the proxy.</summary>
    [Theory]
    [InlineData("e.ts", H264, "-c:a aac")]
    [InlineData("f.ts", H265, "-c:a aac")]
    [InlineData("g.mpg", "-c:v mpeg2video -bf 2 -g 60 -q:v 3", "-c:a mp2")]
    public async Task Of_a_stream_whose_pictures_begin_late_times_are_those_of_its_proxy(string name, string video, string sound)
    {
        await using var server = await RealMedia.StartAsync(cluster);
        var master = await _studio.FilmAsync(name, 30, "320x180", video, sound, "-vf setpts=PTS+0.5/TB -fps_mode passthrough");
        var item = await RealMedia.SealAsync(server, master);
        Assert.True(await server.RunAsync(item, Stage.Render));
        var proxy = await FetchAsync(server, await server.Catalogue.ReadAsync(db => db.Renditions.SingleAsync(r => r.ItemId == item && r.Name == "proxy", Ct), Ct));
        var times = (await Studio.AskAsync(proxy, "frame=pts_time", "-select_streams", "v")).Split('\n')
            .Where(l => l.Length > 0).Select(l => double.Parse(l.Trim(','), System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(900, times.Count);
        Assert.InRange(times[0], 0.4, 0.6);

        foreach (var (from, to) in new[] { (3.217, 5.217), (20.217, 23.717) })
        {
            var first = times.FindIndex(t => t >= from);
            var clip = await MakeAsync(server, await OrderAsync(server, item, new ClipRequest(from, to, "给检察院")));
            Assert.Equal(times.Count(t => t >= from && t < to), (await FramesAsync(clip.File)).Count);
            await AssertLikeAsync(clip.File, master, first, times.Count(t => t >= from && t < to));
        }

        // Pictures of every type, each asked for while it is on the screen.
        var all = await FramesAsync(master, "rgb24");
        foreach (var frame in new[] { 0, 95, 601, 602, 603, 604 })
        {
            var still = await MakeAsync(server, await OrderAsync(server, item, new StillRequest(Math.Round(times[frame] + 0.02, 3), "比对")));
            Assert.Equal(frame, all.IndexOf(Assert.Single(await FramesAsync(still.File, "rgb24"))));
        }
    }

    [Fact]
    public async Task What_spans_chapters_is_cut_from_the_proxy_and_says_so()
    {
        await using var server = await RealMedia.StartAsync(cluster);
        var item = await RealMedia.SealAsync(server, await _studio.FilmAsync("a.mp4", 4, "320x180", H264), await _studio.FilmAsync("b.mp4", 4, "320x180", H264));
        Assert.True(await server.RunAsync(item, Stage.Render));
        var order = await OrderAsync(server, item, new ClipRequest(3, 5, "核对"));
        var clip = await MakeAsync(server, order);
        Assert.Equal([await server.Catalogue.ReadAsync(db => db.Renditions.Where(r => r.ItemId == item && r.Name == "proxy").Select(r => r.Sha256).SingleAsync(Ct), Ct)], clip.Recipe.Parents);
        Assert.Contains("取自查看件", Assert.Single(await ListAsync(server, item)).Note, StringComparison.Ordinal);
        Assert.Equal(60, (await FramesAsync(clip.File)).Count);

        var second = await MakeAsync(server, await OrderAsync(server, item, new ClipRequest(5, 6, "核对")));
        Assert.Equal([await server.Catalogue.ReadAsync(db => db.Items.Where(i => i.Id == item).SelectMany(i => i.Files).Where(f => f.Position == 1).Select(f => f.Sha256).SingleAsync(Ct), Ct)], second.Recipe.Parents);
    }

    [Fact]
    public async Task The_chain_says_who_asked_and_why_and_a_link_shows_it()
    {
        await using var server = await RealMedia.StartAsync(cluster);
        var item = await RealMedia.SealAsync(server, await _studio.FilmAsync("a.mp4", 4, "320x180", H264));
        var order = await OrderAsync(server, item, new ClipRequest(1, 2, "当事人申请复议"));
        Assert.Equal(ExcerptState.Waiting, order.State);
        Assert.Null(order.Rendition);
        var clip = await MakeAsync(server, order);

        var chain = await server.Get<ItemRegister>().CustodyAsync(item, Ct);
        var ordered = Assert.Single(chain, e => e.Kind == CustodyEventKind.ExcerptOrdered);
        Assert.Contains("from 1 s to 2 s; 当事人申请复议", ordered.Detail, StringComparison.Ordinal);
        Assert.StartsWith("operator:", ordered.Actor, StringComparison.Ordinal);
        Assert.Contains(chain, e => e.Kind == CustodyEventKind.Rendered && e.Detail.Contains("当事人申请复议", StringComparison.Ordinal) && e.Broken is null);
        using var answer = await server.Operator.PostAsJsonAsync($"/api/v1/items/{item}/links", new LinkRequest("clip-" + order.Id), EvidenceJson.Options);
        var link = await TestDock.ReadAsync<LinkAnswer>(answer);
        Assert.Equal(await File.ReadAllBytesAsync(clip.File, Ct), await server.Anonymous.GetByteArrayAsync(link.Url, Ct));
    }

    [Fact]
    public async Task An_order_survives_a_kill_at_every_step_and_is_made_once()
    {
        await using var server = await RealMedia.StartAsync(cluster);
        var item = await RealMedia.SealAsync(server, await _studio.FilmAsync("a.mp4", 4, "160x120", H264));
        var struck = true;
        var orders = 0;
        for (var step = 0; struck; step++)
        {
            var order = await OrderAsync(server, item, new ClipRequest(1, 2, "试"));
            orders++;
            server.Faults.KillAt(step);
            try
            {
                await server.Get<ExcerptKeeper>().RunOnceAsync(Ct);
            }
            catch (KilledException)
            {
            }

            struck = server.Faults.Struck;
            server.Faults.Never();
            server.Clock.Shift += TimeSpan.FromMinutes(1);
            await server.Get<ExcerptKeeper>().RunOnceAsync(Ct);
            Assert.Equal(ExcerptState.Ready, (await ListAsync(server, item)).Single(e => e.Id == order.Id).State);
        }

        Assert.True(orders > 4);
        Assert.Equal(orders, await server.Catalogue.ReadAsync(db => db.Renditions.CountAsync(r => r.ItemId == item && r.Name.StartsWith("clip-"), Ct), Ct));
        Assert.Equal(orders, (await server.Get<ItemRegister>().CustodyAsync(item, Ct)).Count(e => e.Kind == CustodyEventKind.Rendered && e.Detail.StartsWith("clip-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_same_request_again_is_one_order_and_too_many_are_refused()
    {
        await using var server = await RealMedia.StartAsync(cluster);
        var item = await RealMedia.SealAsync(server, await _studio.FilmAsync("a.mp4", 4, "160x120", H264));
        var answers = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/items/{item}/clips") { Content = JsonContent.Create(new ClipRequest(1, 2, "试"), options: EvidenceJson.Options) };
            request.Headers.Add("Idempotency-Key", "once");
            using var answer = await server.Operator.SendAsync(request, Ct);
            answers.Add((await TestDock.ReadAsync<ExcerptView>(answer)).Id);
        }

        Assert.Single(answers.Distinct());
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => server.Operator.PostAsJsonAsync($"/api/v1/items/{item}/stills", new StillRequest(1, "试"), EvidenceJson.Options, Ct)));
        Assert.Equal(9, results.Count(r => r.StatusCode == HttpStatusCode.Accepted));
        Assert.Contains("正在制作", await TestDock.RefusedAsync(results.First(r => r.StatusCode != HttpStatusCode.Accepted), HttpStatusCode.Conflict), StringComparison.Ordinal);
        Assert.Equal(10, (await ListAsync(server, item)).Count);
    }

    [Theory]
    [InlineData("clips", """{"from":1,"to":1.05,"why":"试"}""", HttpStatusCode.BadRequest)]
    [InlineData("clips", """{"from":2,"to":1,"why":"试"}""", HttpStatusCode.BadRequest)]
    [InlineData("clips", """{"from":-1,"to":1,"why":"试"}""", HttpStatusCode.BadRequest)]
    [InlineData("clips", """{"from":0,"to":1e300,"why":"试"}""", HttpStatusCode.BadRequest)]
    [InlineData("clips", """{"from":0,"to":4000,"why":"试"}""", HttpStatusCode.BadRequest)]
    [InlineData("clips", """{"from":400,"to":401,"why":"试"}""", HttpStatusCode.BadRequest)]
    [InlineData("clips", """{"from":1,"to":2,"why":"  "}""", HttpStatusCode.BadRequest)]
    [InlineData("clips", """{"from":1,"to":2}""", HttpStatusCode.BadRequest)]
    [InlineData("clips", """{"from":"NaN","to":2,"why":"试"}""", HttpStatusCode.BadRequest)]
    [InlineData("stills", """{"at":300.001,"why":"试"}""", HttpStatusCode.BadRequest)]
    [InlineData("stills", """{"at":null,"why":"试"}""", HttpStatusCode.BadRequest)]
    public async Task What_cannot_be_cut_is_refused(string what, string body, HttpStatusCode status)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync();
        // Five minutes, by the fake inspector.
        var item = (await dock.DeliverAsync(TestDock.Record())).ItemId;
        using (var early = await server.Operator.PostAsJsonAsync($"/api/v1/items/{item}/stills", new StillRequest(1, "试"), EvidenceJson.Options, Ct))
            Assert.Contains("尚未完成封存", await TestDock.RefusedAsync(early, HttpStatusCode.Conflict), StringComparison.Ordinal);
        Assert.True(await server.RunAsync(item, Stage.Seal));
        Assert.True(await server.RunAsync(item, Stage.Inspect));
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await server.Operator.PostAsync($"/api/v1/items/{item}/{what}", content, Ct);
        await TestDock.RefusedAsync(answer, status);
        Assert.Empty(await ListAsync(server, item));
    }

    [Fact]
    public async Task A_master_that_cannot_be_read_ends_as_a_failed_order_that_says_why()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync();
        var item = (await dock.DeliverAsync(TestDock.Record())).ItemId;
        foreach (var stage in new[] { Stage.Seal, Stage.Inspect, Stage.Render })
            Assert.True(await server.RunAsync(item, stage));
        var order = await OrderAsync(server, item, new ClipRequest(1, 2, "试"));
        await server.Get<ExcerptKeeper>().RunOnceAsync(Ct);
        var failed = Assert.Single(await ListAsync(server, item));
        Assert.Equal(ExcerptState.Failed, failed.State);
        Assert.Contains("无法读取", failed.Note, StringComparison.Ordinal);
        Assert.Contains((await server.Get<ItemRegister>().CustodyAsync(item, Ct)), e => e.Kind == CustodyEventKind.RenderFailed && e.Detail.StartsWith("clip-" + order.Id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Officers_and_auditors_order_nothing()
    {
        await using var server = await RealMedia.StartAsync(cluster);
        var item = await RealMedia.SealAsync(server, await _studio.FilmAsync("a.mp4", 2, "160x120", H264));
        foreach (var role in new[] { Role.Officer, Role.Auditor })
        {
            using var person = await server.PersonAsync("李四", role);
            using var answer = await person.PostAsJsonAsync($"/api/v1/items/{item}/stills", new StillRequest(1, "试"), EvidenceJson.Options, Ct);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
    }

    public void Dispose() => _studio.Dispose();

    private static Task<ExcerptView> OrderAsync(TestServer server, string item, ClipRequest request) => PostAsync(server, $"/api/v1/items/{item}/clips", request);

    private static Task<ExcerptView> OrderAsync(TestServer server, string item, StillRequest request) => PostAsync(server, $"/api/v1/items/{item}/stills", request);

    private static async Task<ExcerptView> PostAsync<T>(TestServer server, string path, T request)
    {
        using var answer = await server.Operator.PostAsJsonAsync(path, request, EvidenceJson.Options, Ct);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return await TestDock.ReadAsync<ExcerptView>(answer);
    }

    private static async Task<IReadOnlyList<ExcerptView>> ListAsync(TestServer server, string item)
    {
        using var answer = await server.Operator.GetAsync($"/api/v1/items/{item}/excerpts", Ct);
        return await TestDock.ReadAsync<ExcerptView[]>(answer);
    }

    /// <summary>Has it made, and fetches what was stored.</summary>
    private async Task<(string File, string ContentType, RenditionRecipe Recipe)> MakeAsync(TestServer server, ExcerptView order)
    {
        await server.Get<ExcerptKeeper>().RunOnceAsync(Ct);
        var known = await server.Catalogue.ReadAsync(db => db.Excerpts.SingleAsync(e => e.Id == order.Id, Ct), Ct);
        Assert.True(known.State == ExcerptState.Ready, known.Note);
        var stored = await server.Catalogue.ReadAsync(db => db.Renditions.SingleAsync(r => r.ItemId == known.ItemId && r.Name == known.Name, Ct), Ct);
        return (await FetchAsync(server, stored), stored.ContentType, stored.Recipe);
    }

    private async Task<string> FetchAsync(TestServer server, StoredRendition stored)
    {
        var file = _studio[Path.GetFileName(stored.Key)];
        await using (var source = await server.Vault.OpenAsync(new(stored.Bucket, stored.Key, stored.VersionId), 0, null, Ct))
        await using (var target = File.Create(file))
            await source.CopyToAsync(target, Ct);
        Assert.Equal(stored.Sha256, TestDock.Digest(await File.ReadAllBytesAsync(file, Ct)).Sha256);
        return file;
    }

    /// <summary>A digest of each frame as a player shows it.</summary>
    private async Task<List<string>> FramesAsync(string file, string pixels = "yuv420p")
    {
        var name = Guid.NewGuid() + ".framemd5";
        await _studio.MakeAsync(name, $"-i {file} -map 0:v -fps_mode passthrough -pix_fmt {pixels} -f framemd5");
        return [.. (await File.ReadAllLinesAsync(_studio[name], Ct)).Where(l => !l.StartsWith('#')).Select(l => l[(l.LastIndexOf(' ') + 1)..])];
    }

    /// <summary>Encoded anew, frames are like the master's and unlike their neighbours.</summary>
    private async Task AssertLikeAsync(string clip, string master, int first, int count)
    {
        foreach (var shift in new[] { 0, 1 })
        {
            var name = Guid.NewGuid() + ".log";
            await _studio.MakeAsync(
                "unused.null", $"-i {clip} -i {master} -lavfi [0:v]setpts=N/30/TB[c];[1:v]select='between(n,{first + shift},{first + shift + count - 1})',setpts=N/30/TB[m];[c][m]psnr=stats_file={_studio[name]}:shortest=1 -f null");
            var values = (await File.ReadAllLinesAsync(_studio[name], Ct)).Select(l => double.Parse(l.Split("psnr_avg:")[1].Split(' ')[0].Replace("inf", "99", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture)).ToList();
            if (shift == 0)
                Assert.True(values.Average() > 34, $"{values.Average()}");
            else
                Assert.True(values.Average() < 32, $"{values.Average()} one frame later");
        }
    }
}
