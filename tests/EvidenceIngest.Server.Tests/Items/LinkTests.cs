using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Items;

public sealed class LinkTests(PrivateCluster cluster)
{
    [Fact]
    public async Task A_link_serves_ranges_until_it_expires_and_one_look_is_one_event()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var itemId = await RenderAsync(server);
        var link = await LinkAsync(server, itemId, minutes: 10);

        using (var whole = await server.Anonymous.GetAsync(link.Url))
        {
            Assert.Equal(HttpStatusCode.OK, whole.StatusCode);
            Assert.Equal("video/mp4", whole.Content.Headers.ContentType!.MediaType);
            Assert.Equal(FakeMedia.Proxy, await whole.Content.ReadAsByteArrayAsync());
        }

        AssertRange(FakeMedia.Proxy[1000..2000], "bytes 1000-1999/5000", await RangeAsync(server, link.Url, 1000, 1999));
        AssertRange(FakeMedia.Proxy[4990..], "bytes 4990-4999/5000", await RangeAsync(server, link.Url, null, 10));
        AssertRange(FakeMedia.Proxy[4000..], "bytes 4000-4999/5000", await RangeAsync(server, link.Url, 4000, null));
        using (var head = await server.Anonymous.SendAsync(new HttpRequestMessage(HttpMethod.Head, link.Url)))
            Assert.Equal(5000, head.Content.Headers.ContentLength);
        using (var beyond = await GetRangeAsync(server, link.Url, 6000, 7000))
            Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
        Assert.Equal(1, await ViewsAsync(server, itemId));

        server.Clock.Shift = TimeSpan.FromMinutes(6);
        await RangeAsync(server, link.Url, 0, 1);
        Assert.Equal(2, await ViewsAsync(server, itemId));

        server.Clock.Shift = TimeSpan.FromMinutes(11);
        using var expired = await server.Anonymous.GetAsync(link.Url);
        await TestDock.RefusedAsync(expired, HttpStatusCode.Gone);
        Assert.Equal(2, await ViewsAsync(server, itemId));
    }

    private static void AssertRange(byte[] bytes, string range, (byte[] Bytes, string? Range) answered)
    {
        Assert.Equal(bytes, answered.Bytes);
        Assert.Equal(range, answered.Range);
    }

    [Fact]
    public async Task Unknown_links_and_renditions_are_not_found()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var itemId = await RenderAsync(server);

        using var guess = await server.Anonymous.GetAsync("/media/" + Server.Access.LocalAccess.NewToken());
        await TestDock.RefusedAsync(guess, HttpStatusCode.NotFound);
        foreach (var (item, request, status) in new[]
        {
            (itemId, new LinkRequest("master"), HttpStatusCode.NotFound), ("ev-none", new LinkRequest(), HttpStatusCode.NotFound),
            (itemId, new LinkRequest(Minutes: 0), HttpStatusCode.BadRequest), (itemId, new LinkRequest(Minutes: 100_000), HttpStatusCode.BadRequest),
        })
        {
            using var answer = await server.Operator.PostAsJsonAsync($"/api/v1/items/{item}/links", request, EvidenceJson.Options);
            await TestDock.RefusedAsync(answer, status);
        }
    }

    [Fact]
    public async Task A_look_that_cannot_be_written_down_is_not_granted()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var link = await LinkAsync(server, await RenderAsync(server), minutes: 10);
        server.Faults.KillAt(0);

        using var answer = await server.Anonymous.GetAsync(link.Url);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
    }

    private static async Task<string> RenderAsync(TestServer server)
    {
        var dock = await server.EnrolDockAsync();
        await server.VaultIsProbedAsync();
        var status = await dock.DeliverAsync(TestDock.Record());
        foreach (var stage in new[] { Stage.Seal, Stage.Inspect, Stage.Render })
            Assert.True(await server.RunAsync(status.ItemId, stage));
        return status.ItemId;
    }

    private static async Task<LinkAnswer> LinkAsync(TestServer server, string itemId, int minutes)
    {
        using var answer = await server.Operator.PostAsJsonAsync(
            $"/api/v1/items/{itemId}/links", new LinkRequest(Minutes: minutes), EvidenceJson.Options);
        return await TestDock.ReadAsync<LinkAnswer>(answer);
    }

    private static async Task<(byte[] Content, string Range)> RangeAsync(TestServer server, string url, long? from, long? to)
    {
        using var answer = await GetRangeAsync(server, url, from, to);
        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        return (await answer.Content.ReadAsByteArrayAsync(), answer.Content.Headers.ContentRange!.ToString());
    }

    private static Task<HttpResponseMessage> GetRangeAsync(TestServer server, string url, long? from, long? to)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Range = new RangeHeaderValue(from, to);
        return server.Anonymous.SendAsync(request);
    }

    private static async Task<int> ViewsAsync(TestServer server, string itemId) =>
        (await server.Get<ItemRegister>().CustodyAsync(itemId, default)).Count(e => e.Kind == CustodyEventKind.Viewed);
}
