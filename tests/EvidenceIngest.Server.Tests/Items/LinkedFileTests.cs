using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Tests.Media;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Items;

/// <summary>A player follows a playlist or an index behind a link, and gets what that names and nothing else.</summary>
public sealed partial class LinkedFileTests(PrivateCluster cluster) : IDisposable
{
    private readonly Studio _studio = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_player_streams_through_one_link_from_anywhere_and_looks_once()
    {
        await using var server = await RealMedia.StartAsync(cluster);
        var item = await StreamableAsync(server);
        var stream = await LinkAsync(server, item, new LinkRequest("hls"));
        Assert.EndsWith("/hls.m3u8", stream.AbsolutePath, StringComparison.Ordinal);

        // Another program than ours follows the playlist over HTTP to its end.
        Assert.InRange((await Studio.AskAsync(stream.AbsoluteUri, "packet=size", "-select_streams", "v")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 3025, 3030);
        // Debian's ffmpeg can't seek in anybody's fragments; what players that can ask for is put together here, and decoded by it.
        var late = await TimesAsync(await PieceAsync(server.Anonymous, stream, 590));
        Assert.InRange(late[0], 584, 590);
        Assert.Contains(late, t => t is >= 590 and < 590.3);
        Assert.InRange(late.Count, 25, 35);
        // The same address without the playlist is an ordinary file, in which it seeks.
        Assert.Contains(await TimesAsync(new Uri(stream, "proxy.mp4").AbsoluteUri, "-read_intervals", "590%598"), t => t is >= 590 and < 590.3);
        Assert.Equal(1, await ViewsAsync(server, item));
    }

    [Fact]
    public async Task A_link_opens_what_its_rendition_names_and_nothing_else_until_it_expires()
    {
        await using var server = await RealMedia.StartAsync(cluster);
        var item = await StreamableAsync(server);
        var (stream, sprites, poster) = (await LinkAsync(server, item, new LinkRequest("hls")), await LinkAsync(server, item, new LinkRequest("sprites")), await LinkAsync(server, item, new LinkRequest("poster")));
        var index = await server.Anonymous.GetStringAsync(sprites, Ct);
        Assert.StartsWith("WEBVTT", index, StringComparison.Ordinal);
        var sheets = Sheets().Matches(index).Select(m => m.Value).Distinct().ToList();
        Assert.NotEmpty(sheets);
        foreach (var sheet in sheets)
        {
            using var picture = await server.Anonymous.GetAsync(new Uri(sprites, sheet), Ct);
            Assert.Equal("image/jpeg", picture.Content.Headers.ContentType!.MediaType);
            Assert.Equal([0xFF, 0xD8], (await picture.Content.ReadAsByteArrayAsync(Ct))[..2]);
        }

        foreach (var other in new[]
        {
            new Uri(stream, "audio16k.wav"), new Uri(stream, "poster.jpg"), new Uri(stream, "sprites-1.jpg"), new Uri(stream, "sprites.vtt"), new Uri(stream, "proxy"), new Uri(stream, "PROXY.MP4"),
            new Uri(stream, "..%2fproxy.mp4"), new Uri(stream, "%2e%2e/proxy.mp4"), new Uri(stream, "proxy.mp4/hls.m3u8"), new Uri(stream, item + "%2fproxy.mp4"),
            new Uri(stream, item), new Uri(sprites, "proxy.mp4"), new Uri(sprites, "hls.m3u8"), new Uri(sprites, "sprites-9.jpg"),
            new Uri(poster.AbsoluteUri + "/proxy.mp4"), new Uri(poster.AbsoluteUri + "/hls.m3u8"), new Uri(poster.AbsoluteUri + "/poster.jpg"),
        })
        {
            Assert.Equal((HttpStatusCode.NotFound, other), (await StatusAsync(server.Anonymous, other), other));
        }

        // A player's own link: the pictures and the waveform of the same recording, and no rendition that somebody ordered.
        var film = await LinkAsync(server, item, new LinkRequest("proxy"));
        foreach (var beside in new[] { "poster.jpg", "waveform.json", "sprites.vtt", "sprites-1.jpg" })
            Assert.Equal((HttpStatusCode.OK, beside), (await StatusAsync(server.Anonymous, new Uri(film.AbsoluteUri + "/" + beside)), beside));
        foreach (var other in new[] { "proxy.mp4", "audio16k.wav", "hls.m3u8", "track.gpx", "sprites-9.jpg", "redacted-1.mp4", "poster" })
            Assert.Equal((HttpStatusCode.NotFound, other), (await StatusAsync(server.Anonymous, new Uri(film.AbsoluteUri + "/" + other)), other));

        // Not even routed.
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(server.Anonymous, new Uri(sprites, "sprites-1.jpg%0a")));

        server.Clock.Shift = TimeSpan.FromMinutes(16);
        foreach (var late in new[] { stream, new Uri(stream, "proxy.mp4"), sprites, new Uri(sprites, sheets[0]), poster, new Uri(stream, "poster.jpg") })
            Assert.Equal(HttpStatusCode.Gone, await StatusAsync(server.Anonymous, late));
    }

    [Fact]
    public async Task Lists_show_a_picture_to_those_who_may_make_links_without_a_word_in_the_chain()
    {
        await using var server = await RealMedia.StartAsync(cluster);
        var item = await StreamableAsync(server);
        using var picture = await server.Operator.GetAsync($"/api/v1/items/{item}/poster", Ct);
        Assert.Equal("image/jpeg", picture.Content.Headers.ContentType!.MediaType);
        Assert.Equal([0xFF, 0xD8], (await picture.Content.ReadAsByteArrayAsync(Ct))[..2]);
        using var supervisor = await server.PersonAsync("赵监督", Role.Supervisor);
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(supervisor, new Uri($"/api/v1/items/{item}/poster", UriKind.Relative)));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(server.Operator, new Uri("/api/v1/items/ev-nobodys/poster", UriKind.Relative)));
        Assert.Equal(0, await ViewsAsync(server, item));
    }

    [Fact]
    public async Task What_a_link_is_bound_to_holds_for_all_that_it_opens()
    {
        await using var server = await RealMedia.StartAsync(cluster);
        var item = await StreamableAsync(server);
        using var stranger = server.ClientAt(IPAddress.Parse("127.0.8.7"));

        var once = await LinkAsync(server, item, new LinkRequest("hls", Minutes: 60, SingleUse: true));
        // Whoever takes a piece first has taken the link.
        Assert.NotEmpty(await TimesAsync(await PieceAsync(server.Anonymous, once, 590)));
        foreach (var file in new[] { once, new Uri(once, "proxy.mp4") })
        {
            Assert.Equal(HttpStatusCode.Gone, await StatusAsync(stranger, file));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(server.Anonymous, file));
        }

        // Pieces alone keep the look going.
        foreach (var minutes in new[] { 4, 8 })
        {
            server.Clock.Shift = TimeSpan.FromMinutes(minutes);
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(server.Anonymous, new Uri(once, "proxy.mp4")));
        }

        Assert.Equal(1, await ViewsAsync(server, item));
        server.Clock.Shift = TimeSpan.FromMinutes(14);
        foreach (var file in new[] { once, new Uri(once, "proxy.mp4") })
            Assert.Equal(HttpStatusCode.Gone, await StatusAsync(server.Anonymous, file));

        var inside = await LinkAsync(server, item, new LinkRequest("sprites", Addresses: ["127.0.9.0/24"]));
        using var inHouse = server.ClientAt(IPAddress.Parse("127.0.9.7"));
        foreach (var file in new[] { inside, new Uri(inside, "sprites-1.jpg") })
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(inHouse, file));
            Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(stranger, file));
        }
    }

    public void Dispose() => _studio.Dispose();

    private async Task<string> StreamableAsync(TestServer server)
    {
        var master = _studio["a.mp4"];
        if (!File.Exists(master))
            await _studio.FilmAsync("a.mp4", 605, "64x48", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 10", "-c:a aac -b:a 32k", "-r 5");
        var item = await RealMedia.SealAsync(server, master);
        Assert.True(await server.RunAsync(item, Stage.Render));
        return item;
    }

    private static async Task<Uri> LinkAsync(TestServer server, string item, LinkRequest request)
    {
        using var answer = await server.Operator.PostAsJsonAsync($"/api/v1/items/{item}/links", request, EvidenceJson.Options, Ct);
        return new Uri(server.Anonymous.BaseAddress!, (await TestDock.ReadAsync<LinkAnswer>(answer)).Url);
    }

    /// <summary>The decoder's set-up and the piece that holds a second, as a player fetches them when somebody seeks there.</summary>
    private async Task<string> PieceAsync(HttpClient client, Uri playlist, double second)
    {
        var text = await client.GetStringAsync(playlist, Ct);
        var ends = 0.0;
        var piece = Pieces().Matches(text).First(m => (ends += Number(m, 1)) > second);
        var set = SetUp().Match(text);
        Assert.Equal("proxy.mp4", set.Groups[1].Value);
        Assert.Equal("proxy.mp4", piece.Groups[4].Value);
        var media = new Uri(playlist, piece.Groups[4].Value);
        return await _studio.WriteAsync(
            "piece.mp4", [.. await RangeAsync(client, media, (long)Number(set, 3), (long)Number(set, 2)), .. await RangeAsync(client, media, (long)Number(piece, 3), (long)Number(piece, 2))]);
    }

    private static async Task<byte[]> RangeAsync(HttpClient client, Uri media, long at, long bytes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, media);
        request.Headers.Range = new RangeHeaderValue(at, at + bytes - 1);
        using var answer = await client.SendAsync(request, Ct);
        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal("video/mp4", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal((at, at + bytes - 1), (answer.Content.Headers.ContentRange!.From!.Value, answer.Content.Headers.ContentRange.To!.Value));
        return await answer.Content.ReadAsByteArrayAsync(Ct);
    }

    /// <summary>Of decoded frames.</summary>
    private static async Task<List<double>> TimesAsync(string file, params string[] more) =>
        [.. (await Studio.AskAsync(file, "frame=pts_time", ["-select_streams", "v", .. more])).Split('\n').Select(l => l.Trim(',', '\r')).Where(l => l.Length > 0).Select(l => double.Parse(l, CultureInfo.InvariantCulture))];

    private static double Number(Match match, int group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, Uri address)
    {
        using var answer = await client.GetAsync(address, Ct);
        return answer.StatusCode;
    }

    private static async Task<int> ViewsAsync(TestServer server, string item) =>
        (await server.Get<ItemRegister>().CustodyAsync(item, Ct)).Count(e => e.Kind == CustodyEventKind.Viewed);

    [GeneratedRegex("#EXT-X-MAP:URI=\"([^\"]+)\",BYTERANGE=\"([0-9]+)@([0-9]+)\"")]
    private static partial Regex SetUp();

    [GeneratedRegex("#EXTINF:([0-9.]+),\\s+#EXT-X-BYTERANGE:([0-9]+)@([0-9]+)\\s+(\\S+)")]
    private static partial Regex Pieces();

    [GeneratedRegex("sprites-[0-9]+\\.jpg")]
    private static partial Regex Sheets();
}
