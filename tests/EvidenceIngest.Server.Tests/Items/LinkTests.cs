using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Custody;
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

    [Fact]
    public async Task A_link_for_one_network_opens_nowhere_else_and_whoever_tries_is_recorded()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var itemId = await RenderAsync(server);
        var link = await LinkAsync(server, itemId, new LinkRequest(Addresses: ["127.0.9.0/24", "2001:db8::/32"]));
        using var inside = server.ClientAt(IPAddress.Parse("127.0.9.7"));
        using var outside = server.ClientAt(IPAddress.Parse("127.0.8.7"));

        Assert.Equal(FakeMedia.Proxy, await inside.GetByteArrayAsync(link.Url));
        using (var refused = await outside.GetAsync(link.Url))
            Assert.Contains("does not work from this address", await TestDock.RefusedAsync(refused, HttpStatusCode.Forbidden), StringComparison.Ordinal);

        Assert.Equal(1, await ViewsAsync(server, itemId));
        var told = Assert.Single(await server.Catalogue.ReadAsync(db => db.ReadChainAsync(CustodyLog.ServiceChain, default), default), e => Event(e).Kind == CustodyEventKind.AccessRefused);
        Assert.Equal("address:127.0.8.7", Event(told).Actor);
        Assert.Contains(itemId, Event(told).Detail, StringComparison.Ordinal);
        Assert.Contains((await server.Get<ItemRegister>().CustodyAsync(itemId, default)), e => e.Kind == CustodyEventKind.LinkMade && e.Detail.EndsWith("from 127.0.9.0/24 2001:db8::/32", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_many_who_open_a_link_for_one_use_one_gets_it_until_they_pause()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var itemId = await RenderAsync(server);
        var link = await LinkAsync(server, itemId, new LinkRequest(Minutes: 60, SingleUse: true));
        var clients = Enumerable.Range(1, 8).Select(n => server.ClientAt(new IPAddress([127, 0, 7, (byte)n]))).ToList();
        try
        {
            var answers = await Task.WhenAll(clients.Select(c => StatusAsync(c, link.Url)));
            var first = Assert.Single(clients.Zip(answers), a => a.Second == HttpStatusCode.OK).First;
            Assert.All(answers.Where(a => a != HttpStatusCode.OK), a => Assert.Equal(HttpStatusCode.Gone, a));

            // Four minutes at a time, it is one look that goes on.
            foreach (var minutes in new[] { 4, 8, 12 })
            {
                server.Clock.Shift = TimeSpan.FromMinutes(minutes);
                Assert.Equal(HttpStatusCode.OK, await StatusAsync(first, link.Url));
            }

            Assert.Equal(1, await ViewsAsync(server, itemId));
            server.Clock.Shift = TimeSpan.FromMinutes(18);
            Assert.Equal(HttpStatusCode.Gone, await StatusAsync(first, link.Url));
        }
        finally
        {
            clients.ForEach(c => c.Dispose());
        }
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[null]")]
    [InlineData("""["everywhere"]""")]
    [InlineData("""["10.1.2.3/40"]""")]
    public async Task Networks_that_are_none_are_refused(string networks)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var content = new StringContent($$"""{"addresses":{{networks}}}""", System.Text.Encoding.UTF8, "application/json");
        using var answer = await server.Operator.PostAsync("/api/v1/items/ev-none/links", content);
        Assert.Contains("addresses", await TestDock.RefusedAsync(answer, HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    private static CustodyEvent Event(StoredCustodyEvent stored) => EvidenceJson.FromBytes<CustodyEvent>(stored.Bytes);

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string url)
    {
        using var answer = await client.GetAsync(url);
        return answer.StatusCode;
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

    private static Task<LinkAnswer> LinkAsync(TestServer server, string itemId, int minutes) => LinkAsync(server, itemId, new LinkRequest(Minutes: minutes));

    private static async Task<LinkAnswer> LinkAsync(TestServer server, string itemId, LinkRequest request)
    {
        using var answer = await server.Operator.PostAsJsonAsync($"/api/v1/items/{itemId}/links", request, EvidenceJson.Options);
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
