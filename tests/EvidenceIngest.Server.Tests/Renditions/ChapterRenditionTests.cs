using EvidenceIngest.Server.Tests.Media;

namespace EvidenceIngest.Server.Tests.Renditions;

/// <summary>Recorders close a file every few minutes; people watch one recording.</summary>
public sealed class ChapterRenditionTests : IDisposable
{
    private readonly Studio _studio = new();

    [Fact]
    public async Task Chapters_of_one_recorder_are_copied_into_one_proxy()
    {
        var made = await _studio.RenderAsync(
            await _studio.FilmAsync("a.mp4", 3), await _studio.FilmAsync("b.mp4", 2), await _studio.FilmAsync("c.mp4", 4));
        Assert.True(made["proxy"].Recipe.Copied);
        Assert.Equal(3, made["proxy"].Recipe.Parents.Count);
        Assert.InRange(await SecondsAsync(made["proxy"].File), 8.8, 9.2);
        Assert.InRange(await SecondsAsync(made["audio16k"].File), 8.8, 9.2);
        Assert.Single(made["poster"].Recipe.Parents);
    }

    [Fact]
    public async Task Chapters_of_different_codecs_sizes_and_sound_play_as_one()
    {
        var made = await _studio.RenderAsync(
            await _studio.FilmAsync("a.avi", 2, "640x480", "-c:v mjpeg", "-c:a pcm_s16le -ar 8000"),
            await _studio.FilmAsync("b.mp4", 3, "1280x720", sound: null),
            await _studio.FilmAsync("c.ts", 2, "360x640", "-c:v libx265 -preset ultrafast -x265-params log-level=none", "-c:a aac -ac 2"));
        Assert.False(made["proxy"].Recipe.Copied);
        Assert.Equal("640,480", await Studio.AskAsync(made["proxy"].File, "stream=width,height", "-select_streams", "v"));
        Assert.InRange(await SecondsAsync(made["proxy"].File), 6.8, 7.3);
        Assert.InRange(await SecondsAsync(made["audio16k"].File), 6.8, 7.3);
        Assert.InRange(made["proxy"].Recipe.DurationDifference!.Value, -0.3, 0.3);
        await DecodesAsync(made["proxy"].File, atLeast: 200);
    }

    [Fact]
    public async Task Sound_of_a_chapter_lies_where_its_pictures_lie()
    {
        var made = await _studio.RenderAsync(
            await _studio.FilmAsync("a.avi", 3, video: "-c:v mjpeg", sound: null), await _studio.FilmAsync("b.mp4", 2));
        var samples = (await File.ReadAllBytesAsync(made["audio16k"].File, Studio.Ct)).AsSpan()[^(5 * 32_000)..].ToArray();
        Assert.True(Loudness(samples[..(2 * 32_000)]) < 10);
        Assert.True(Loudness(samples[(4 * 32_000)..]) > 500);
    }

    [Fact]
    public async Task A_chapter_that_cannot_be_read_is_missing_and_the_difference_says_so()
    {
        var whole = await _studio.MasterAsync(await _studio.FilmAsync("a.mp4", 3));
        var broken = await _studio.MasterAsync(await _studio.WriteAsync("b.mp4", [0, 0, 0, 24, .. "ftypisom"u8, 1, 2, 3]));
        var made = await _studio.RenderAsync(whole.Facts.Kind, [whole, broken]);
        Assert.Equal([whole.Sha256], made["proxy"].Recipe.Parents);
    }

    [Fact]
    public async Task Two_runs_over_encoded_chapters_give_the_same_bytes()
    {
        string[] files = [await _studio.FilmAsync("a.avi", 2, video: "-c:v mjpeg"), await _studio.FilmAsync("b.mp4", 2)];
        var first = await _studio.RenderAsync(files);
        var second = await _studio.RenderAsync(files);
        Assert.Equal(first.Values.Select(r => r.Digest), second.Values.Select(r => r.Digest));
    }

    public void Dispose() => _studio.Dispose();

    private static async Task<double> SecondsAsync(string file) => double.Parse(
        await Studio.AskAsync(file, "format=duration"), System.Globalization.CultureInfo.InvariantCulture);

    private static async Task DecodesAsync(string file, int atLeast)
    {
        var frames = (await Studio.AskAsync(file, "frame=width", "-select_streams", "v")).Split('\n');
        Assert.True(frames.Length >= atLeast, $"{frames.Length} frames");
    }

    private static double Loudness(byte[] samples)
    {
        var sum = 0.0;
        for (var i = 0; i + 1 < samples.Length; i += 2)
            sum += Math.Abs((double)BitConverter.ToInt16(samples, i));
        return sum / (samples.Length / 2);
    }
}
