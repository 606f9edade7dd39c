using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.Tests.Media;

namespace EvidenceIngest.Server.Tests.Renditions;

public sealed class VideoRenditionTests : IDisposable
{
    private const string H265 = "-c:v libx265 -preset ultrafast -pix_fmt yuv420p -x265-params log-level=none";
    private const string Video = "stream=codec_name,width,height,pix_fmt";

    private readonly Studio _studio = new();

    [Fact]
    public async Task H265_gets_a_proxy_that_browsers_play_a_poster_and_its_sound()
    {
        var made = await _studio.RenderAsync(await _studio.FilmAsync("a.mp4", 5, "1920x1080", H265));

        Assert.Equal(["proxy", "poster", "audio16k", "waveform", "sprites", "sprites-1"], made.Keys);
        var proxy = made["proxy"];
        Assert.Equal("video/mp4", proxy.ContentType);
        Assert.False(proxy.Recipe.Copied);
        Assert.Equal("h264,1280,720,yuv420p", await Studio.AskAsync(proxy.File, Video, "-select_streams", "v"));
        Assert.Equal("aac,48000", await Studio.AskAsync(proxy.File, "stream=codec_name,sample_rate", "-select_streams", "a"));
        Assert.Equal("pcm_s16le,16000,1", await Studio.AskAsync(made["audio16k"].File, "stream=codec_name,sample_rate,channels"));
        Assert.Equal("audio/wav", made["audio16k"].ContentType);
        Assert.Equal("image/jpeg", made["poster"].ContentType);
        Assert.Equal("mjpeg,1280,720", await Studio.AskAsync(made["poster"].File, "stream=codec_name,width,height"));
        Assert.Null(made["poster"].Recipe.DurationDifference);
        Assert.InRange(proxy.Recipe.DurationDifference!.Value, -0.1, 0.1);
    }

    [Fact]
    public async Task A_proxy_starts_at_once_and_has_a_key_frame_every_two_seconds()
    {
        var made = await _studio.RenderAsync(await _studio.FilmAsync("a.mp4", 7, "640x360", H265 + " -g 300"));
        var proxy = made["proxy"].File;
        var keys = (await Studio.AskAsync(proxy, "frame=pts_time", "-select_streams", "v", "-skip_frame", "nokey")).Split('\n');
        Assert.True(keys.Length >= 4, string.Join(' ', keys));
        var content = await File.ReadAllBytesAsync(proxy, Studio.Ct);
        Assert.True(content.AsSpan().IndexOf("moov"u8) < content.AsSpan().IndexOf("mdat"u8));
    }

    [Fact]
    public async Task What_browsers_play_is_copied_frame_by_frame()
    {
        var master = await _studio.FilmAsync("a.mp4", 3);
        var proxy = (await _studio.RenderAsync(master))["proxy"];
        Assert.True(proxy.Recipe.Copied);
        Assert.Equal(await PacketsAsync(master, "v"), await PacketsAsync(proxy.File, "v"));
        Assert.Equal(await PacketsAsync(master, "a"), await PacketsAsync(proxy.File, "a"));
    }

    [Theory]
    [InlineData("ten_bits.mp4", "640x360", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p10le", "-c:a aac")]
    [InlineData("full_colour.mp4", "640x360", "-c:v libx264 -preset ultrafast -pix_fmt yuv444p", "-c:a aac")]
    [InlineData("pcm_sound.mov", "640x360", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p", "-c:a pcm_s16le")]
    [InlineData("interlaced.mp4", "640x480", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -flags +ilme+ildct -x264opts tff=1", "-c:a aac")]
    [InlineData("transport.ts", "640x360", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p", "-c:a aac")]
    [InlineData("motion_jpeg.avi", "640x360", "-c:v mjpeg", "-c:a pcm_s16le")]
    [InlineData("too_large.mp4", "2560x1440", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p", "-c:a aac")]
    public async Task What_browsers_may_not_play_is_encoded(string name, string size, string video, string sound)
    {
        var made = await _studio.RenderAsync(await _studio.FilmAsync(name, 2, size, video, sound));
        Assert.False(made["proxy"].Recipe.Copied);
        Assert.StartsWith("h264", await Studio.AskAsync(made["proxy"].File, Video, "-select_streams", "v"), StringComparison.Ordinal);
        Assert.StartsWith("aac", await Studio.AskAsync(made["proxy"].File, "stream=codec_name", "-select_streams", "a"), StringComparison.Ordinal);
        Assert.InRange(made["proxy"].Recipe.DurationDifference!.Value, -0.3, 0.3);
    }

    [Fact]
    public async Task A_bit_rate_above_the_limit_is_encoded()
    {
        var made = await _studio.RenderAsync(
            await _studio.FilmAsync("a.mp4", 2, "1280x720", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -qp 1"));
        Assert.False(made["proxy"].Recipe.Copied);
    }

    [Theory]
    [InlineData("1919x1079", "1280,720")]
    [InlineData("321x241", "320,240")]
    [InlineData("720x1280", "720,1280")]
    [InlineData("2048x512", "1280,320")]
    [InlineData("34x18", "34,18")]
    public async Task A_proxy_is_at_most_720p_with_even_sides(string size, string expected)
    {
        var made = await _studio.RenderAsync(await _studio.FilmAsync("a.avi", 1, size, "-c:v mjpeg -pix_fmt yuvj444p"));
        Assert.Equal(expected, await Studio.AskAsync(made["proxy"].File, "stream=width,height", "-select_streams", "v"));
    }

    [Fact]
    public async Task Wide_pixels_become_square_ones()
    {
        var made = await _studio.RenderAsync(await _studio.FilmAsync("a.avi", 1, "720x576", "-c:v mpeg4 -vf setsar=16/15"));
        Assert.Equal("768,576,1:1", await Studio.AskAsync(made["proxy"].File, "stream=width,height,sample_aspect_ratio", "-select_streams", "v"));
    }

    [Fact]
    public async Task A_recording_filmed_upright_is_shown_upright_encoded_or_copied()
    {
        await _studio.FilmAsync("a.mp4", 1, "640x360", H265);
        var encoded = (await _studio.RenderAsync(await _studio.MakeAsync("b.mp4", "-i a.mp4 -c copy -metadata:s:v:0 rotate=90")));
        Assert.Equal("360,640", await Studio.AskAsync(encoded["proxy"].File, "stream=width,height", "-select_streams", "v"));
        Assert.Equal("360,640", await Studio.AskAsync(encoded["poster"].File, "stream=width,height"));

        await _studio.FilmAsync("c.mp4", 1);
        var copied = (await _studio.RenderAsync(await _studio.MakeAsync("d.mp4", "-i c.mp4 -c copy -metadata:s:v:0 rotate=90")));
        Assert.True(copied["proxy"].Recipe.Copied);
        Assert.Equal(270, (int.Parse(
            (await Studio.AskAsync(copied["proxy"].File, "stream_side_data=rotation", "-select_streams", "v")).Trim(','),
            System.Globalization.CultureInfo.InvariantCulture) + 360 + 180) % 360);
    }

    [Fact]
    public async Task Variable_frame_rate_keeps_its_times()
    {
        var file = await _studio.FilmAsync(
            "a.mkv", 4, video: H265 + " -vf select='not(mod(n\\,7))+lt(n\\,30)' -fps_mode vfr");
        var made = await _studio.RenderAsync(file);
        Assert.InRange(made["proxy"].Recipe.DurationDifference!.Value, -0.3, 0.3);
        Assert.Equal(
            (await Studio.AskAsync(file, "packet=pts_time", "-select_streams", "v")).Split('\n').Length,
            (await Studio.AskAsync(made["proxy"].File, "packet=pts_time", "-select_streams", "v")).Split('\n').Length);
    }

    [Fact]
    public async Task Video_without_sound_gets_no_sound()
    {
        var made = await _studio.RenderAsync(await _studio.FilmAsync("a.mp4", 2, video: H265, sound: null));
        Assert.Equal(["proxy", "poster", "sprites", "sprites-1"], made.Keys);
        Assert.Equal("", await Studio.AskAsync(made["proxy"].File, "stream=codec_name", "-select_streams", "a"));
    }

    [Fact]
    public async Task Streams_that_are_neither_pictures_nor_sound_are_left_out()
    {
        var made = await _studio.RenderAsync(await _studio.FilmAsync("a.mov", 2, more: "-timecode 01:00:00:00"));
        Assert.Equal("video\naudio", await Studio.AskAsync(made["proxy"].File, "stream=codec_type"));
    }

    [Fact]
    public async Task The_poster_of_a_recording_that_starts_black_is_not_black()
    {
        var made = await _studio.RenderAsync(await _studio.FilmAsync("a.mp4", 10, video: H265 + " -vf fade=in:st=0.5:d=0.3"));
        var luminance = await Studio.AskAsync(
            $"movie={made["poster"].File},signalstats", "frame_tags=lavfi.signalstats.YAVG", "-f", "lavfi");
        Assert.True(double.Parse(luminance, System.Globalization.CultureInfo.InvariantCulture) > 60, luminance);
    }

    [Theory]
    [InlineData("-c:v libx265 -preset ultrafast -pix_fmt yuv420p -x265-params log-level=none")]
    [InlineData("-c:v libx264 -preset ultrafast -pix_fmt yuv420p")]
    public async Task Two_runs_give_the_same_bytes(string video)
    {
        var master = await _studio.FilmAsync("a.mp4", 4, video: video, more: "-metadata title=secret -metadata creation_time=2026-11-21T02:03:04Z");
        var first = await _studio.RenderAsync(master);
        var second = await _studio.RenderAsync(master);
        Assert.Equal(first.Values.Select(r => r.Digest), second.Values.Select(r => r.Digest));
        Assert.Equal(first.Values.Select(r => r.Recipe.Arguments), second.Values.Select(r => r.Recipe.Arguments));
        Assert.DoesNotContain("secret", await Studio.AskAsync(first["proxy"].File, "format_tags"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recipe_names_the_tool_the_parents_and_no_path()
    {
        var master = await _studio.MasterAsync(await _studio.FilmAsync("a.mp4", 2));
        var made = await _studio.RenderAsync(MediaKind.Video, [master]);
        Assert.All(made.Values, r =>
        {
            Assert.StartsWith("ffmpeg 5.", r.Recipe.Tool, StringComparison.Ordinal);
            Assert.Equal([master.Sha256], r.Recipe.Parents);
            Assert.Contains("file:input-1", r.Recipe.Arguments);
            Assert.DoesNotContain(r.Recipe.Arguments, a => a.StartsWith('/') || a.Contains(_studio.Folder.Name, StringComparison.Ordinal));
            Assert.Equal(new FileInfo(r.File).Length, r.Bytes);
            Assert.StartsWith(_studio.Folder.FullName, r.File, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_cut_off_recording_is_rendered_as_far_as_it_goes_and_says_how_far()
    {
        var whole = await File.ReadAllBytesAsync(
            await _studio.FilmAsync("a.mp4", 10, more: "-movflags +faststart"), Studio.Ct);
        var made = await _studio.RenderAsync(await _studio.WriteAsync("b.mp4", whole[..(whole.Length / 2)]));
        Assert.False(made["proxy"].Recipe.Copied);
        Assert.InRange(made["proxy"].Recipe.DurationDifference!.Value, -9, -2);
    }

    [Fact]
    public async Task A_recording_of_which_nothing_can_be_read_fails_clearly()
    {
        var content = await File.ReadAllBytesAsync(await _studio.FilmAsync("a.mp4", more: "-movflags +faststart"), Studio.Ct);
        content.AsSpan(content.AsSpan().IndexOf("mdat"u8) + 4).Clear();
        var file = await _studio.WriteAsync("b.mp4", content);
        var failure = await Assert.ThrowsAsync<RenditionFailedException>(() => _studio.RenderAsync(file));
        Assert.NotEmpty(failure.Message);
    }

    public void Dispose() => _studio.Dispose();

    private static Task<string> PacketsAsync(string file, string stream) =>
        Studio.AskAsync(file, "packet=data_hash", "-select_streams", stream, "-show_data_hash", "sha256");
}
