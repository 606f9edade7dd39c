using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Tests.Media;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Items;

/// <summary>A player follows a playlist or an index behind a link, and gets what that names and nothing else.</summary>
public sealed class LinkedFileTests(PrivateCluster cluster) : IDisposable
{
    private readonly Studio _studio = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_player_streams_through_one_link_until_it_expires_and_looks_once()
    {
        await using var server = await RealMedia.StartAsync(cluster);
        var item = await RealMedia.SealAsync(server, await _studio.FilmAsync("a.mp4", 605, "64x48", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 10", "-c:a aac -b:a 32k", "-r 5"));
        Assert.True(await server.RunAsync(item, Stage.Render));
        var stream = await LinkAsync(server, item, "hls");
        Assert.EndsWith("/hls.m3u8", stream.Url, StringComparison.Ordinal);

        // Another program than ours follows the playlist over HTTP: frames near its end, and all packets.
        Assert.Contains("592.", await Studio.AskAsync(stream.Url, "frame=pts_time", "-select_streams", "v", "-read_intervals", "590%598"), StringComparison.Ordinal);
        Assert.InRange((await Studio.AskAsync(stream.Url, "packet=size", "-select_streams", "v")).Split('\n').Length, 3000, 3050);
        Assert.Equal(1, (await server.Get<ItemRegister>().CustodyAsync(item, Ct)).Count(e => e.Kind == CustodyEventKind.Viewed));

        var sprites = await LinkAsync(server, item, "sprites");
        var index = await server.Anonymous.GetStringAsync(sprites.Url, Ct);
        var sheet = index.Split('\n').First(l => l.StartsWith("sprites-1.jpg#", StringComparison.Ordinal));
        using (var picture = await server.Anonymous.GetAsync(new Uri(new Uri(sprites.Url), sheet), Ct))
            Assert.Equal("image/jpeg", picture.Content.Headers.ContentType!.MediaType);

        foreach (var (link, other) in new[]
        {
            (stream, "audio16k.wav"), (stream, "poster.jpg"), (stream, "sprites-1.jpg"), (stream, "..%2fproxy.mp4"), (stream, "proxy"), (sprites, "proxy.mp4"), (sprites, "sprites-9.jpg"),
            (sprites, "hls.m3u8"), (await LinkAsync(server, item, "poster"), "proxy.mp4"),
        })
        {
            using var answer = await server.Anonymous.GetAsync(new Uri(new Uri(link.Url.Replace("/hls.m3u8", "", StringComparison.Ordinal).Replace("/sprites.vtt", "", StringComparison.Ordinal) + "/"), other), Ct);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        server.Clock.Shift = TimeSpan.FromMinutes(16);
        using var expired = await server.Anonymous.GetAsync(stream.Url.Replace("hls.m3u8", "proxy.mp4", StringComparison.Ordinal), Ct);
        Assert.Equal(HttpStatusCode.Gone, expired.StatusCode);
    }

    public void Dispose() => _studio.Dispose();

    private static async Task<LinkAnswer> LinkAsync(TestServer server, string item, string rendition)
    {
        using var answer = await server.Operator.PostAsJsonAsync($"/api/v1/items/{item}/links", new LinkRequest(rendition), EvidenceJson.Options, Ct);
        return await TestDock.ReadAsync<LinkAnswer>(answer);
    }
}
