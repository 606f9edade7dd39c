using System.Globalization;
using System.Text.Json;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.Tests.Media;

namespace EvidenceIngest.Server.Tests.Renditions;

/// <summary>What a player needs beside the proxy: small pictures along the time line, and the peaks of the sound.</summary>
public sealed class ScrubbingTests : IDisposable
{
    private readonly Studio _studio = new();

    [Theory]
    [InlineData("copied.mp4", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 10")]
    [InlineData("encoded.avi", "-c:v mjpeg")]
    public async Task Each_tile_shows_its_own_seconds(string name, string video)
    {
        // The picture's brightness is its time: 0 at the start, 200 after 20 seconds.
        var file = await _studio.MakeAsync(
            name, $"-f lavfi -i color=black:size=320x180:rate=10:duration=20,geq=lum='10*T':cb=128:cr=128 {video}");
        var made = await _studio.RenderAsync(file);
        var cues = (await File.ReadAllTextAsync(made["sprites"].File, Studio.Ct)).Split("\n\n");
        Assert.Equal("WEBVTT", cues[0]);
        Assert.Equal(11, cues.Length);
        for (var i = 0; i < 10; i++)
        {
            var lines = cues[i + 1].Trim().Split('\n');
            Assert.StartsWith($"00:00:{2 * i:00}.000 --> ", lines[0], StringComparison.Ordinal);
            Assert.Equal($"sprites-1.jpg#xywh={160 * i},0,160,90", lines[1]);
            var light = await Studio.AskAsync(
                $"movie={made["sprites-1"].File},crop=100:60:{(160 * i) + 30}:15,signalstats", "frame_tags=lavfi.signalstats.YAVG", "-f", "lavfi");
            // JPEG's full range against the film's: a tile may be a second off, not two.
            var time = double.Parse(light, CultureInfo.InvariantCulture);
            Assert.True(Math.Abs(Brightness((2 * i) + 1) - time) < 16, $"tile {i}: {time} instead of {Brightness((2 * i) + 1)}");
        }

        static double Brightness(double second) => Math.Clamp(((10 * second) - 16) * 255 / 219, 0, 255);
    }

    [Fact]
    public async Task An_hour_takes_four_sheets_and_chapters_have_one_time_line()
    {
        const string Slow = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 2 -r 1";
        var made = await _studio.RenderAsync(
            await _studio.FilmAsync("a.mp4", 1995, "64x48", Slow, sound: null), await _studio.FilmAsync("b.mp4", 1595, "64x48", Slow, sound: null));
        Assert.Equal(["sprites", "sprites-1", "sprites-2", "sprites-3", "sprites-4"], made.Keys.Where(k => k.StartsWith("sprites", StringComparison.Ordinal)));
        var cues = (await File.ReadAllTextAsync(made["sprites"].File, Studio.Ct)).Split("\n\n");
        Assert.InRange(cues.Length, 360, 361);
        Assert.StartsWith("00:59:40.000 --> 00:59:50.000\nsprites-4.jpg#xywh=", cues[359], StringComparison.Ordinal);
        Assert.Equal(2, made["sprites-4"].Recipe.Parents.Count);
    }

    [Fact]
    public async Task An_upright_recording_has_upright_tiles()
    {
        await _studio.FilmAsync("a.mp4", 3);
        var made = await _studio.RenderAsync(await _studio.MakeAsync("b.mp4", "-i a.mp4 -c copy -metadata:s:v:0 rotate=90"));
        Assert.Contains("#xywh=0,0,90,160", await File.ReadAllTextAsync(made["sprites"].File, Studio.Ct), StringComparison.Ordinal);
        Assert.Equal("180,160", await Studio.AskAsync(made["sprites-1"].File, "stream=width,height"));
    }

    [Fact]
    public async Task Peaks_are_those_of_the_sound()
    {
        // A second of silence, a second at half of full scale, and silence again.
        var made = await _studio.RenderAsync(await _studio.MakeAsync(
            "a.wav", "-f lavfi -i aevalsrc=exprs='0.5*sin(2*PI*400*t)*between(t\\,1\\,2)':s=16000:d=3"));
        using var json = JsonDocument.Parse(await File.ReadAllBytesAsync(made["waveform"].File, Studio.Ct));
        var root = json.RootElement;
        Assert.Equal((2, 1, 16_000, 160, 8), (Number("version"), Number("channels"), Number("sample_rate"), Number("samples_per_pixel"), Number("bits")));
        var data = root.GetProperty("data").EnumerateArray().Select(e => e.GetInt32()).ToList();
        Assert.Equal((300, 600), (Number("length"), data.Count));
        Assert.All(data.Take(190), v => Assert.InRange(v, -1, 0));
        Assert.All(data.Skip(210).Take(180).Chunk(2), p => Assert.True(p[0] is >= -65 and <= -62 && p[1] is >= 62 and <= 65, $"{p[0]} {p[1]}"));
        Assert.All(data.Skip(410), v => Assert.InRange(v, -1, 0));

        int Number(string name) => root.GetProperty(name).GetInt32();
    }

    [Fact]
    public async Task Peaks_of_hours_stay_small()
    {
        var made = await _studio.RenderAsync(await _studio.MakeAsync("a.m4a", "-f lavfi -i anoisesrc=d=7200:r=8000 -c:a aac -b:a 16k"));
        Assert.InRange(made["waveform"].Bytes, 10_000, 220_000);
        using var json = JsonDocument.Parse(await File.ReadAllBytesAsync(made["waveform"].File, Studio.Ct));
        Assert.Equal(json.RootElement.GetProperty("length").GetInt32() * 2, json.RootElement.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task An_encoder_that_is_not_there_is_said_in_the_recipe_and_libx264_is_used()
    {
        using var studio = new Studio(new MediaToolOptions { Threads = 2, Encoder = "h264_nothing_like_it" });
        var made = await studio.RenderAsync(await studio.FilmAsync("a.avi", 2, "320x240", "-c:v mjpeg"));
        Assert.Contains("h264_nothing_like_it can't be used here", made["proxy"].Recipe.Tool, StringComparison.Ordinal);
        Assert.Contains("libx264", made["proxy"].Recipe.Arguments);
    }

    [Fact]
    public async Task Another_encoder_that_passes_its_trial_is_used()
    {
        using var studio = new Studio(new MediaToolOptions { Threads = 2, Encoder = "mpeg4" });
        var made = await studio.RenderAsync(await studio.FilmAsync("a.avi", 2, "320x240", "-c:v mjpeg"));
        Assert.Contains("mpeg4: not the same bytes each time", made["proxy"].Recipe.Tool, StringComparison.Ordinal);
        Assert.Contains("mpeg4", await Studio.AskAsync(made["proxy"].File, "stream=codec_name"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_is_told_while_ffmpeg_works_and_leaves_the_recipe_alone()
    {
        var told = new List<RenderStep>();
        var master = await _studio.MasterAsync(await _studio.FilmAsync("a.avi", 20, "1280x720", "-c:v mjpeg -q:v 20"));
        var made = await _studio.RenderAsync(master.Facts.Kind, [master], new Listener(told));
        Assert.Contains(told, s => s.What.StartsWith("encoding", StringComparison.Ordinal) && s.Fraction is > 0 and < 1);
        Assert.All(told, s => Assert.InRange(s.Fraction!.Value, 0, 1));
        Assert.DoesNotContain("-progress", made["proxy"].Recipe.Arguments);
    }

    public void Dispose() => _studio.Dispose();

    private sealed class Listener(List<RenderStep> told) : IProgress<RenderStep>
    {
        public void Report(RenderStep value)
        {
            lock (told)
                told.Add(value);
        }
    }
}
