using System.Net;
using System.Net.Sockets;
using System.Text;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.Tests.Media;

namespace EvidenceIngest.Server.Tests.MediaTools;

/// <summary>
/// Recordings that name other files and URLs. A listener that counts connections and a file with a picture that must not
/// appear anywhere stand for what an attacker wants to reach.
/// </summary>
public sealed class HostileMediaTests : IAsyncLifetime
{
    private readonly Studio _studio = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private string _secret = "";
    private int _connections;

    private string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/x.ts";

    public async ValueTask InitializeAsync()
    {
        _listener.Start();
        _ = CountAsync();
        _secret = await _studio.FilmAsync("secret.ts", 2, "160x120");
    }

    [Theory]
    [InlineData("playlist.mp4")]
    [InlineData("playlist.m3u8")]
    [InlineData("playlist.ts")]
    public async Task Playlist_of_a_url_and_a_local_file(string name)
    {
        await ReachesNothingAsync(name, $"""
            #EXTM3U
            #EXT-X-TARGETDURATION:2
            #EXT-X-MEDIA-SEQUENCE:0
            #EXTINF:2,
            {Url}
            #EXTINF:2,
            file://{_secret}
            #EXTINF:2,
            {_secret}
            #EXT-X-ENDLIST
            """);
    }

    [Fact]
    public Task Concat_list_of_a_local_file() => ReachesNothingAsync("list.mp4", $"ffconcat version 1.0\nfile '{_secret}'\n");

    [Fact]
    public Task Concat_list_of_a_url() => ReachesNothingAsync("list.avi", $"ffconcat version 1.0\nfile '{Url}'\n");

    [Fact]
    public Task Dash_manifest() => ReachesNothingAsync("manifest.mp4", $"""
        <?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT2S">
        <Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>{Url}</BaseURL>
        <SegmentList><SegmentURL media="{Url}"/></SegmentList></Representation></AdaptationSet></Period></MPD>
        """);

    [Fact]
    public Task Drawing_that_embeds_a_file_and_a_url() => ReachesNothingAsync("drawing.jpg", $"""
        <?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="99" height="99">
        <image xlink:href="{Url}" width="9" height="9"/><image xlink:href="file://{_secret}" width="9" height="9"/></svg>
        """);

    [Fact]
    public Task Session_description() => ReachesNothingAsync(
        "session.mp4", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n");

    [Fact]
    public async Task Movie_whose_media_lies_in_another_file()
    {
        // ffmpeg's own reader of references: the self-contained flag off, and an alias to an absolute path.
        var movie = await File.ReadAllBytesAsync(await _studio.FilmAsync("a.mov", 1, "160x120", "-c:v mjpeg", sound: null), Studio.Ct);
        await ReachesNothingAsync("reference.mov", Samples.WithDataReference(movie, _secret));
    }

    [Fact]
    public async Task A_name_that_looks_like_a_sequence_or_a_protocol_is_a_name()
    {
        File.Copy(_secret, _studio["concat:secret.ts|secret.ts"]);
        var facts = await _studio.Inspector.InspectAsync(_studio["concat:secret.ts|secret.ts"], MediaKind.Video, Studio.Ct);
        Assert.InRange(facts.Duration!.Value.TotalSeconds, 1.5, 2.5);
    }

    [Fact]
    public async Task The_listener_and_the_secret_would_be_reached_without_our_limits()
    {
        // Proves that the tests above can fail.
        await _studio.WriteAsync("open.m3u8", Encoding.UTF8.GetBytes(
            $"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{_secret}\n#EXTINF:2,\n{Url}\n#EXT-X-ENDLIST\n"));
        await _studio.MakeAsync("open.mp4", "-protocol_whitelist file,http,tcp -allowed_extensions ALL -i open.m3u8 -c copy");
        Assert.True(Volatile.Read(ref _connections) > 0);
    }

    [Fact]
    public async Task A_picture_of_gigabytes_is_refused_by_its_size()
    {
        var file = await _studio.WriteAsync("bomb.png", Samples.PngBomb(15_000));
        var master = await _studio.MasterAsync(file, MediaKind.Photo);
        Assert.Contains(master.Facts.Findings, f => f.Code == FindingCode.Damaged && f.Detail.Contains("larger than allowed", StringComparison.Ordinal));
        // Inspection never learned its size, so nothing is even tried.
        await Assert.ThrowsAsync<RenditionFailedException>(() => _studio.RenderAsync(MediaKind.Photo, [master]));
    }

    [Fact]
    public async Task A_picture_of_gigabytes_ends_at_the_memory_limit_when_its_size_is_allowed()
    {
        using var studio = new Studio(new MediaToolOptions { Threads = 2, MaxPixels = int.MaxValue, MemoryBytes = 700L << 20 });
        var file = await studio.WriteAsync("bomb.png", Samples.PngBomb(15_000));
        var master = await studio.MasterAsync(file, MediaKind.Photo);
        Assert.Contains(master.Facts.Findings, f => f.Detail.Contains("more memory", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rendering_that_takes_too_long_ends_by_the_clock()
    {
        using var studio = new Studio(new MediaToolOptions
        {
            Threads = 2, RenderingTime = TimeSpan.FromSeconds(1.5), RenderingSecondsPerMebibyte = 0,
        });
        var file = await studio.FilmAsync("long.avi", 120, "1920x1080", "-c:v mjpeg -q:v 31", sound: null);
        var master = await studio.MasterAsync(file);
        var failure = await Assert.ThrowsAsync<RenditionFailedException>(() => studio.RenderAsync(MediaKind.Video, [master]));
        Assert.Contains("took longer than", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_few_frames_that_claim_years_end_within_limits()
    {
        await _studio.FilmAsync("a.mp4", 1, "160x120");
        // The second half lies 300 days after the first: filling that with frames or silence would never end.
        await _studio.MakeAsync("b.ts", "-itsoffset 80000 -i a.mp4 -c copy");
        await _studio.MakeAsync("a.ts", "-i a.mp4 -c copy");
        byte[] joined = [.. await File.ReadAllBytesAsync(_studio["a.ts"], Studio.Ct), .. await File.ReadAllBytesAsync(_studio["b.ts"], Studio.Ct)];
        var master = await _studio.MasterAsync(await _studio.WriteAsync("years.ts", joined));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        try
        {
            var made = await _studio.RenderAsync(MediaKind.Video, [master]);
            Assert.All(made.Values, r => Assert.True(r.Bytes < 300 << 20));
        }
        catch (RenditionFailedException e)
        {
            Assert.NotEmpty(e.Message);
        }

        Assert.True(clock.Elapsed < TimeSpan.FromMinutes(4));
    }

    [Fact]
    public async Task A_recording_with_a_thousand_streams_ends_in_a_named_state()
    {
        await _studio.MakeAsync("a.wav", "-f lavfi -i sine=duration=0.1");
        await _studio.MakeAsync("many.mkv", "-i a.wav " + string.Concat(Enumerable.Repeat("-map 0 ", 1000)) + "-c:a pcm_s16le");
        var facts = await _studio.Inspector.InspectAsync(_studio["many.mkv"], MediaKind.Audio, Studio.Ct);
        Assert.True(facts.RawJson.Length <= ToolRunner.MaxOutputBytes);
        Assert.True(facts.Kind == MediaKind.Audio || facts.Findings.Count > 0);
    }

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        _studio.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task ReachesNothingAsync(string name, string content) => ReachesNothingAsync(name, Encoding.UTF8.GetBytes(content));

    private async Task ReachesNothingAsync(string name, byte[] content)
    {
        var file = await _studio.WriteAsync(name, content);
        var master = await _studio.MasterAsync(file);
        // The secret is 160 x 120 H.264; nothing of it may have been seen.
        Assert.NotEqual(("h264", 160), (master.Facts.VideoCodec, master.Facts.Width));
        // Even if inspection had been fooled: rendering such a file directly must not work either.
        var secret = await _studio.MasterAsync(_secret);
        var fooled = master with { Facts = secret.Facts };
        foreach (var kind in new[] { MediaKind.Video, MediaKind.Audio, MediaKind.Photo })
            await Assert.ThrowsAsync<RenditionFailedException>(() => _studio.RenderAsync(kind, [fooled]));
        await Task.Delay(50, Studio.Ct);
        Assert.Equal(0, Volatile.Read(ref _connections));
    }

    private async Task CountAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                Interlocked.Increment(ref _connections);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }
}
