using EvidenceIngest.Domain.Redaction;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Redaction;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.Tests.Media;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Redaction;

/// <summary>Real recordings, real tools; what the copies show is read by ffmpeg alone and compared with the plan, counted here once more.</summary>
public sealed class RedactedPictureTests(PrivateCluster cluster)
{
    private const string H264 = "-c:v libx264 -preset veryfast -bf 3 -pix_fmt yuv420p -g 60";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Crosses the picture while it grows, from the middle of a group of pictures to the middle of another.</summary>
    private static CoveredRegion Moving(CoverMode mode) =>
        new(mode, [new RegionKeyFrame(1.21, 0.05, 0.1, 0.2, 0.25), new RegionKeyFrame(2.4, 0.6, 0.5, 0.3, 0.4), new RegionKeyFrame(2.8, 0.3, 0.2, 0.25, 0.3)], 1.21, 3.33);

    [Theory]
    [InlineData("a.mp4", H264, "-c:a aac", "")]
    [InlineData("b.mp4", "-c:v libx265 -preset ultrafast -bf 3 -pix_fmt yuv420p -x265-params log-level=none:keyint=60", "-c:a aac", "")]
    [InlineData("c.avi", "-c:v mjpeg -q:v 3", "-c:a pcm_s16le", "")]
    [InlineData("d.ts", H264, "-c:a aac", "")]
    [InlineData("e.mp4", H264, "-c:a aac", "-vf select='not(eq(mod(n,7),3)+gt(mod(n,31),20)*gt(n,40))' -fps_mode vfr")]
    [InlineData("f.mp4", H264, null, "")]
    public async Task A_moving_region_is_black_on_every_frame_and_nothing_else_is_touched(string name, string video, string? sound, string more)
    {
        await using var site = await RedactionSite.StartAsync(cluster);
        var master = await site.Studio.FilmAsync(name, 5, "320x240", video, sound, more);
        var item = await RealMedia.SealAsync(site.Server, master);

        var (file, stored) = await site.MakeAsync(item, new RedactionPlan([Moving(CoverMode.Black)]));

        Assert.Contains("from the masters", stored.Recipe.Tool, StringComparison.Ordinal);
        var (before, after) = (await site.FramesAsync(master), await site.FramesAsync(file));
        Assert.Equal(before.Frames.Count, after.Frames.Count);
        AssertCovered(after, Moving(CoverMode.Black));
        for (var i = 0; i < after.Frames.Count; i++)
        {
            Assert.InRange(after.Frames[i].At - before.Frames[i].At, -0.002, 0.002);
            // Above and below where the region ever comes; and all of it, well before and behind.
            var away = after.Frames[i].At is < 1.0 or > 3.6;
            Assert.True(Difference(before.Frames[i].Luma, after.Frames[i].Luma, 320, away ? 0 : 224, 240) < 9, $"frame {i}");
        }
    }

    [Fact]
    public async Task A_turned_recording_is_covered_where_people_see_it()
    {
        await using var site = await RedactionSite.StartAsync(cluster);
        var lying = await site.Studio.FilmAsync("lying.mp4", 2, "320x240", H264);
        var master = await site.Studio.MakeAsync("turned.mp4", $"-i {lying} -c copy -metadata:s:v:0 rotate=90");
        var item = await RealMedia.SealAsync(site.Server, master);
        var region = new CoveredRegion(CoverMode.Black, [new RegionKeyFrame(0, 0.1, 0.7, 0.5, 0.2)]);

        var (file, _) = await site.MakeAsync(item, new RedactionPlan([region]));

        var copy = await site.FramesAsync(file);
        Assert.Equal((240, 320), (copy.Width, copy.Height));
        Assert.Equal(60, copy.Frames.Count);
        AssertCovered(copy, region);
        var before = await site.FramesAsync(master);
        Assert.True(Difference(before.Frames[30].Luma, copy.Frames[30].Luma, 240, 0, 200) < 9);
    }

    [Fact]
    public async Task Chapters_play_as_one_and_a_region_goes_on_from_one_to_the_next()
    {
        await using var site = await RedactionSite.StartAsync(cluster);
        var item = await RealMedia.SealAsync(
            site.Server, await site.Studio.FilmAsync("1.mp4", 2, "320x240", H264), await site.Studio.FilmAsync("2.mp4", 2, "320x240", H264, sound: null),
            await site.Studio.FilmAsync("3.mp4", 2, "160x120", H264));
        var region = new CoveredRegion(CoverMode.Black, [new RegionKeyFrame(1.5, 0, 0, 0.3, 0.3), new RegionKeyFrame(4.5, 0.6, 0.6, 0.4, 0.4)], 1.5, 4.5);

        var (file, stored) = await site.MakeAsync(item, new RedactionPlan([region], [new HushedSound(HushMode.Mute, 1.5, 5)]));

        var copy = await site.FramesAsync(file);
        Assert.Equal((180, 3), (copy.Frames.Count, stored.Recipe.Parents.Count));
        AssertCovered(copy, region);
        Assert.InRange(copy.Frames[^1].At, 5.9, 6.01);
        var sound = await site.SoundAsync(file);
        Assert.InRange(sound.Length / 48_000.0, 5.9, 6.1);
        Assert.All(sound[72_000..240_000], s => Assert.InRange(s, -64, 64));
        Assert.Contains(sound[..70_000], s => s > 1000);
        Assert.Contains(sound[250_000..], s => s > 1000);
    }

    [Fact]
    public async Task A_blurred_region_keeps_no_detail_and_black_wins_where_both_lie()
    {
        await using var site = await RedactionSite.StartAsync(cluster);
        var master = await site.Studio.FilmAsync("a.mp4", 3, "640x360", H264);
        var item = await RealMedia.SealAsync(site.Server, master);
        var blur = new CoveredRegion(CoverMode.Blur, [new RegionKeyFrame(0, 0.1, 0.1, 0.5, 0.6)]);
        var black = new CoveredRegion(CoverMode.Black, [new RegionKeyFrame(0, 0.3, 0.3, 0.1, 0.1)]);

        var (file, _) = await site.MakeAsync(item, new RedactionPlan([blur, black]));

        var (before, after) = (await site.FramesAsync(master), await site.FramesAsync(file));
        AssertCovered(after, black);
        foreach (var i in new[] { 0, 40, 89 })
        {
            // Away from the black part; of neighbours' differences, which detail is made of, next to nothing is left.
            var (was, now) = (Roughness(before.Frames[i].Luma, 640, 70, 130, 40, 100), Roughness(after.Frames[i].Luma, 640, 70, 130, 40, 100));
            Assert.True(now < 2 && now < was / 3, $"frame {i}: {was} before, {now} after");
        }
    }

    [Fact]
    public async Task Words_of_the_recorder_other_streams_and_chapters_are_left_out()
    {
        await using var site = await RedactionSite.StartAsync(cluster);
        var cues = await site.Studio.WriteAsync("gps.srt", "1\n00:00:00,000 --> 00:00:02,000\nN34.1 E117.2 secret\n\n"u8.ToArray());
        var meta = await site.Studio.WriteAsync("meta.txt", ";FFMETADATA1\ntitle=secret\ncomment=secret\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=secret\n"u8.ToArray());
        var film = await site.Studio.FilmAsync("a.mp4", 3, "320x240", H264);
        var master = await site.Studio.MakeAsync("full.mp4", $"-i {film} -i {cues} -i {meta} -map 0 -map 1 -map_metadata 2 -map_chapters 2 -c copy -c:s mov_text");
        var item = await RealMedia.SealAsync(site.Server, master);
        Assert.Contains("secret", System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(master, Ct)), StringComparison.Ordinal);

        var (file, _) = await site.MakeAsync(item, new RedactionPlan([Moving(CoverMode.Black) with { From = 1.21, To = null }]));

        Assert.Equal("video\naudio", (await Studio.AskAsync(file, "stream=codec_type")).Replace("\r", "", StringComparison.Ordinal));
        Assert.DoesNotContain("secret", System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Ct)), StringComparison.Ordinal);
        Assert.Equal("", await Studio.AskAsync(file, "chapter=start", "-show_chapters"));
    }

    [Fact]
    public async Task A_photo_is_covered_too()
    {
        await using var site = await RedactionSite.StartAsync(cluster);
        var master = await site.Studio.MakeAsync("a.jpg", "-f lavfi -i testsrc2=size=640x480 -frames:v 1 -q:v 2");
        var item = await RealMedia.SealAsync(site.Server, master);
        var region = new CoveredRegion(CoverMode.Black, [new RegionKeyFrame(0, 0.25, 0.25, 0.25, 0.5)]);

        var (file, stored) = await site.MakeAsync(item, new RedactionPlan([region]));

        Assert.Equal("image/jpeg", stored.ContentType);
        AssertCovered(await site.FramesAsync(file), region);
    }

    [Fact]
    public async Task Where_the_master_can_t_be_relied_on_the_proxy_is_used_and_the_recipe_says_so()
    {
        await using var site = await RedactionSite.StartAsync(cluster);
        var film = await site.Studio.FilmAsync("a.ts", 6, "320x240", H264);
        // Part of the pictures came broken off the card; decoders make something up for it.
        var bytes = await File.ReadAllBytesAsync(film, Ct);
        new Random(5).NextBytes(bytes.AsSpan(bytes.Length / 2, 3000));
        var item = await RealMedia.SealAsync(site.Server, await site.Studio.WriteAsync("broken.ts", bytes));
        Assert.True(await site.Server.RunAsync(item, Stage.Render));

        var (file, stored) = await site.MakeAsync(item, new RedactionPlan([Moving(CoverMode.Black)]));

        Assert.Contains("from the proxy", stored.Recipe.Tool, StringComparison.Ordinal);
        Assert.Contains("查看件", (await site.FindAsync(item)).Note, StringComparison.Ordinal);
        AssertCovered(await site.FramesAsync(file), Moving(CoverMode.Black));
    }

    /// <summary>The proof knows nothing of the masking: it has to find whatever that leaves.</summary>
    [Fact]
    public async Task The_proof_finds_a_region_that_came_a_frame_late_or_lost_a_corner()
    {
        var size = new FrameSize(320, 240);
        RegionPath path = new(Moving(CoverMode.Black), 5), blurred = new(Moving(CoverMode.Blur), 5);
        foreach (var (seen, isFound) in new[] { (path, false), (new RegionPath(Moving(CoverMode.Black) with { To = 3.1 }, 5), true), (new RegionPath(Moving(CoverMode.Black) with { From = 1.6, KeyFrames = [.. Moving(CoverMode.Black).KeyFrames.Skip(1)] }, 5), true), (blurred, true) })
        {
            var proof = new PictureProof([path], size);
            var masker = new FrameMasker([seen], size, proof.CheckAsync);
            var found = await Record.ExceptionAsync(() => PlayAsync(masker, size));
            Assert.Equal(isFound, found is RenditionFailedException);
        }

        Assert.IsType<RenditionFailedException>(await Record.ExceptionAsync(() => PlayAsync(new FrameMasker([], size, new PictureProof([blurred], size).CheckAsync), size)));
        await PlayAsync(new FrameMasker([blurred], size, new PictureProof([blurred], size).CheckAsync), size);
    }

    private static async Task PlayAsync(FrameMasker masker, FrameSize size)
    {
        var random = new Random(3);
        for (var at = 0; at < 5000; at += 33)
        {
            var pixels = new byte[RawFrames.Bytes(size)];
            random.NextBytes(pixels);
            await masker.AddAsync(new RawFrame(at, pixels));
        }

        await masker.FinishAsync();
    }

    private static void AssertCovered((int Width, int Height, List<(double At, byte[] Luma)> Frames) film, CoveredRegion region)
    {
        var seen = 0;
        foreach (var (at, luma) in film.Frames.Where(f => f.At >= (region.From ?? 0) && f.At < (region.To ?? double.MaxValue)))
        {
            seen++;
            var (x, y, width, height) = Place(region, at);
            for (var row = (int)(y * film.Height); row < Math.Min(film.Height, Math.Ceiling((y + height) * film.Height)); row++)
            {
                for (var column = (int)(x * film.Width); column < Math.Min(film.Width, Math.Ceiling((x + width) * film.Width)); column++)
                    Assert.True(luma[(row * film.Width) + column] <= 44, $"at {at:0.###} s, {column},{row}: {luma[(row * film.Width) + column]}");
            }
        }

        Assert.True(seen > 0);
    }

    private static (double X, double Y, double Width, double Height) Place(CoveredRegion region, double at)
    {
        var after = region.KeyFrames.FirstOrDefault(k => k.At > at) ?? region.KeyFrames[^1];
        var before = region.KeyFrames.LastOrDefault(k => k.At <= at) ?? region.KeyFrames[0];
        var part = after.At > before.At ? (at - before.At) / (after.At - before.At) : 0;
        return (Mix(before.X, after.X), Mix(before.Y, after.Y), Mix(before.Width, after.Width), Mix(before.Height, after.Height));

        double Mix(double a, double b) => a + (part * (b - a));
    }

    private static double Difference(byte[] one, byte[] other, int width, int fromRow, int toRow) =>
        Enumerable.Range(fromRow * width, (toRow - fromRow) * width).Average(i => Math.Abs(one[i] - other[i]));

    private static double Roughness(byte[] luma, int width, int left, int right, int top, int bottom) =>
        Enumerable.Range(top, bottom - top).SelectMany(y => Enumerable.Range(left, right - left).Select(x => Math.Abs(luma[(y * width) + x] - luma[(y * width) + x + 1]) + Math.Abs(luma[(y * width) + x] - luma[((y + 1) * width) + x]))).Average();
}
