using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Tests.Media;

namespace EvidenceIngest.Server.Tests.Renditions;

public sealed class AudioAndPhotoRenditionTests : IDisposable
{
    private readonly Studio _studio = new();

    [Theory]
    [InlineData("a.wav", "-c:a pcm_s16le", false)]
    [InlineData("a.wav", "-c:a pcm_alaw -ar 8000", false)]
    [InlineData("a.mp3", "-c:a libmp3lame", false)]
    [InlineData("a.m4a", "-c:a aac", true)]
    public async Task Sound_gets_a_proxy_and_16_kHz(string name, string codec, bool copied)
    {
        var made = await _studio.RenderAsync(await _studio.MakeAsync(name, $"-f lavfi -i sine=duration=3 {codec}"));
        Assert.Equal(["proxy", "audio16k", "waveform"], made.Keys);
        Assert.Equal("audio/mp4", made["proxy"].ContentType);
        Assert.Equal(copied, made["proxy"].Recipe.Copied);
        Assert.Equal("aac", await Studio.AskAsync(made["proxy"].File, "stream=codec_name"));
        Assert.Equal("pcm_s16le,16000,1", await Studio.AskAsync(made["audio16k"].File, "stream=codec_name,sample_rate,channels"));
        Assert.InRange(made["proxy"].Recipe.DurationDifference!.Value, -0.1, 0.1);
    }

    [Fact]
    public async Task Amr_speech_gets_a_proxy()
    {
        var made = await _studio.RenderAsync(await _studio.WriteAsync("a.amr", Samples.Amr(seconds: 4)));
        Assert.Equal("aac,1", await Studio.AskAsync(made["proxy"].File, "stream=codec_name,channels"));
    }

    [Fact]
    public async Task A_photo_gets_a_poster_that_stands_upright()
    {
        var photo = await _studio.MakeAsync("a.jpg", "-f lavfi -i testsrc2=size=4000x3000 -frames:v 1");
        var turned = Samples.WithExifOrientation(await File.ReadAllBytesAsync(photo, Studio.Ct), 6);
        var made = await _studio.RenderAsync(await _studio.WriteAsync("b.jpg", turned));
        Assert.Equal(["poster"], made.Keys);
        Assert.Equal("960,1280", await Studio.AskAsync(made["poster"].File, "stream=width,height"));
        // Without the tag: the pixels themselves are turned, and nothing of the camera's data is left.
        Assert.False((await File.ReadAllBytesAsync(made["poster"].File, Studio.Ct)).AsSpan().IndexOf("Exif"u8) >= 0);
    }

    [Fact]
    public async Task A_small_photo_is_not_blown_up()
    {
        var made = await _studio.RenderAsync(await _studio.MakeAsync("a.jpg", "-f lavfi -i testsrc2=size=640x480 -frames:v 1"));
        Assert.Equal("640,480", await Studio.AskAsync(made["poster"].File, "stream=width,height"));
    }

    [Fact]
    public async Task Anything_else_gets_nothing()
    {
        var master = await _studio.MasterAsync(await _studio.WriteAsync("a.txt", [1, 2, 3]), MediaKind.Other);
        Assert.Empty(await _studio.RenderAsync(MediaKind.Other, [master]));
    }

    public void Dispose() => _studio.Dispose();
}
