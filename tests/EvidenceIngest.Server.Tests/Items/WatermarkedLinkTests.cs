using System.Net;
using System.Net.Http.Json;
using System.Text;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Tests.Items;

public sealed class WatermarkedLinkTests(PrivateCluster cluster)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_watermarked_link_shows_a_copy_with_the_name_of_who_made_it_once_there_is_one()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var item = await RenderAsync(server);
        using var custodian = await server.PersonAsync("王芳", Role.Custodian);
        var link = await LinkAsync(custodian, item);
        Assert.False(link.Ready);
        using (var early = await server.Anonymous.GetAsync(link.Url, Ct))
        {
            Assert.Contains("正在制作", await TestDock.RefusedAsync(early, HttpStatusCode.Conflict), StringComparison.Ordinal);
            Assert.NotNull(early.Headers.RetryAfter);
        }

        await server.Get<LinkMarking>().RunOnceAsync(Ct);

        var shown = await server.Anonymous.GetByteArrayAsync(link.Url, Ct);
        Assert.StartsWith($"{TestServer.Called("王芳")}|{item}|", Encoding.UTF8.GetString(shown), StringComparison.Ordinal);
        Assert.Equal(FakeMedia.Proxy, shown[^FakeMedia.Proxy.Length..]);
        var chain = await server.Get<ItemRegister>().CustodyAsync(item, Ct);
        Assert.Single(chain, e => e.Kind == CustodyEventKind.LinkMade && e.Detail.Contains("watermarked", StringComparison.Ordinal));
        var seen = Assert.Single(chain, e => e.Kind == CustodyEventKind.Viewed);
        Assert.StartsWith("marked-", seen.Detail, StringComparison.Ordinal);
        // It is that link's alone.
        var name = seen.Detail[..seen.Detail.IndexOf(' ', StringComparison.Ordinal)];
        using var other = await custodian.PostAsJsonAsync($"/api/v1/items/{item}/links", new LinkRequest(name), EvidenceJson.Options, Ct);
        await TestDock.RefusedAsync(other, HttpStatusCode.BadRequest);
        Assert.Equal(FakeMedia.Proxy, await server.Anonymous.GetByteArrayAsync((await LinkAsync(custodian, item, watermark: null)).Url, Ct));
    }

    [Fact]
    public async Task What_cannot_be_marked_is_never_shown_unmarked()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var item = await RenderAsync(server);
        server.Media.MarkingFails = new RenditionFailedException("坏文件");
        var link = await LinkAsync(server.Operator, item);
        await server.Get<LinkMarking>().RunOnceAsync(Ct);
        using var failed = await server.Anonymous.GetAsync(link.Url, Ct);
        Assert.Contains("坏文件", await TestDock.RefusedAsync(failed, HttpStatusCode.Gone), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sound_takes_no_watermark()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        server.Media.MakesSound = true;
        var item = await RenderAsync(server);
        using var answer = await server.Operator.PostAsJsonAsync($"/api/v1/items/{item}/links", new LinkRequest(Watermark: true), EvidenceJson.Options, Ct);
        Assert.Contains("无法加水印", await TestDock.RefusedAsync(answer, HttpStatusCode.Conflict), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_survives_a_kill_at_every_step_and_is_made_once()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var item = await RenderAsync(server);
        var (struck, links) = (true, 0);
        for (var step = 0; struck; step++)
        {
            var link = await LinkAsync(server.Operator, item);
            links++;
            server.Faults.KillAt(step);
            try
            {
                await server.Get<LinkMarking>().RunOnceAsync(Ct);
            }
            catch (KilledException)
            {
            }

            struck = server.Faults.Struck;
            server.Faults.Never();
            server.Clock.Shift += TimeSpan.FromMinutes(1);
            await server.Get<LinkMarking>().RunOnceAsync(Ct);
            Assert.NotEmpty(await server.Anonymous.GetByteArrayAsync(link.Url, Ct));
        }

        Assert.True(links > 4);
        Assert.Equal(links, await server.Catalogue.ReadAsync(db => db.Renditions.CountAsync(r => r.Name.StartsWith("marked-"), Ct), Ct));
    }

    private static async Task<string> RenderAsync(TestServer server)
    {
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync();
        var item = (await dock.DeliverAsync(TestDock.Record())).ItemId;
        foreach (var stage in new[] { Stage.Seal, Stage.Inspect, Stage.Render })
            Assert.True(await server.RunAsync(item, stage));
        return item;
    }

    private static async Task<LinkAnswer> LinkAsync(HttpClient by, string item, bool? watermark = true)
    {
        using var answer = await by.PostAsJsonAsync($"/api/v1/items/{item}/links", new LinkRequest(Minutes: 600, Watermark: watermark), EvidenceJson.Options, Ct);
        return await TestDock.ReadAsync<LinkAnswer>(answer);
    }
}
