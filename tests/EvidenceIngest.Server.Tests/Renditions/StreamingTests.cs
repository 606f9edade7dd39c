using System.Text.RegularExpressions;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.Tests.Media;

namespace EvidenceIngest.Server.Tests.Renditions;

/// <summary>A proxy that plays as an ordinary file and, through a playlist of byte ranges, as a stream: the same frames either way.</summary>
public sealed partial class StreamingTests : IDisposable
{
    private const string Small = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 50 -bf 2 -x264opts b-adapt=0";

    private readonly Studio _studio = new();

    [Theory]
    [InlineData("copied.mp4", true)]
    [InlineData("encoded.avi", false)]
    public async Task A_long_recording_streams_the_frames_that_its_proxy_has(string name, bool copied)
    {
        var made = await _studio.RenderAsync(await FilmAsync(name, 610));
        var (proxy, playlist) = (made["proxy"], made["hls"]);
        Assert.Equal(copied, proxy.Recipe.Copied);
        var text = await File.ReadAllTextAsync(playlist.File, Studio.Ct);
        Assert.Contains("#EXT-X-ENDLIST", text, StringComparison.Ordinal);
        // Every piece lies in the proxy, one behind the other, up to its end.
        var pieces = Ranges().Matches(text).Select(m => (Bytes: long.Parse(m.Groups[1].Value, null), At: long.Parse(m.Groups[2].Value, null))).ToList();
        Assert.InRange(pieces.Count, 60, 310);
        Assert.All(pieces.Zip(pieces.Skip(1)), p => Assert.Equal(p.First.At + p.First.Bytes, p.Second.At));
        Assert.Equal(proxy.Bytes, pieces[^1].At + pieces[^1].Bytes);
        // A second copy of the media would double it; what the pieces need is little.
        Assert.True(pieces[0].At < 0.1 * proxy.Bytes, $"{pieces[0].At} of {proxy.Bytes}");

        var streamed = Path.Combine(Path.GetDirectoryName(playlist.File)!, "streamed.m3u8");
        File.Copy(playlist.File, streamed);
        foreach (var stream in new[] { "v", "a" })
        {
            var direct = await Studio.AskAsync(proxy.File, "packet=data_hash", "-select_streams", stream, "-show_data_hash", "md5");
            var asPieces = await Studio.AskAsync(streamed, "packet=data_hash", "-select_streams", stream, "-show_data_hash", "md5", "-allowed_extensions", "ALL");
            Assert.Equal(direct.Trim(','), asPieces.Trim(','));
            Assert.True(direct.Split('\n').Length > 1000);
        }

        // Seeking goes through the index, whose every offset we wrote.
        var late = await Studio.AskAsync(proxy.File, "frame=pts_time", "-select_streams", "v", "-read_intervals", "596%604");
        Assert.Contains("600.", late, StringComparison.Ordinal);
        Assert.Contains(Streaming.Maker, proxy.Recipe.Tool, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_runs_give_the_same_bytes()
    {
        var master = await FilmAsync("a.mp4", 610);
        var first = await _studio.RenderAsync(master);
        var second = await _studio.RenderAsync(master);
        Assert.Equal(first.Keys, second.Keys);
        Assert.Equal(first.Values.Select(r => r.Digest), second.Values.Select(r => r.Digest));
        Assert.Equal(first.Values.Select(r => r.Recipe.Arguments), second.Values.Select(r => r.Recipe.Arguments));
    }

    [Fact]
    public async Task Chapters_and_sound_alone_stream_as_one()
    {
        var made = await _studio.RenderAsync(
            await _studio.MakeAsync("a.m4a", "-f lavfi -i sine=duration=400 -c:a aac -b:a 32k"), await _studio.MakeAsync("b.m4a", "-f lavfi -i sine=duration=300 -c:a aac -b:a 32k"));
        Assert.Equal(["proxy", "audio16k", "waveform", "hls"], made.Keys);
        Assert.InRange(double.Parse(await Studio.AskAsync(made["proxy"].File, "format=duration"), null), 699, 701);
    }

    [Fact]
    public async Task A_short_recording_gets_no_playlist() =>
        Assert.DoesNotContain("hls", (await _studio.RenderAsync(await _studio.FilmAsync("a.mp4", 3))).Keys);

    [Fact]
    public async Task Fragments_of_another_recording_are_refused()
    {
        var one = await _studio.FilmAsync("one.mp4", 4);
        await _studio.FilmAsync("two.mp4", 5);
        var fragments = await _studio.MakeAsync("f.mp4", "-i two.mp4 -c copy -movflags frag_keyframe+empty_moov+default_base_moof");
        Assert.Throws<InvalidDataException>(() => TwofoldMp4.Write(one, fragments, _studio["out.mp4"]));
    }

    [Fact]
    public async Task Fragments_that_are_cut_off_anywhere_are_refused_and_never_read_beyond()
    {
        var one = await _studio.FilmAsync("one.mp4", 2, "160x120");
        var whole = await File.ReadAllBytesAsync(await _studio.MakeAsync("f.mp4", "-i one.mp4 -c copy -movflags frag_keyframe+empty_moov+default_base_moof"), Studio.Ct);
        for (var length = 1; length < whole.Length - 1; length += 97)
        {
            var cut = await _studio.WriteAsync("cut.mp4", whole[..length]);
            Assert.Throws<InvalidDataException>(() => TwofoldMp4.Write(one, cut, _studio["out.mp4"]));
        }
    }

    public void Dispose() => _studio.Dispose();

    private Task<string> FilmAsync(string name, double seconds) => _studio.FilmAsync(name, seconds, "64x48", Small, "-c:a aac -b:a 32k -ar 16000", "-r 5");

    [GeneratedRegex("([0-9]+)@([0-9]+)")]
    private static partial Regex Ranges();
}
