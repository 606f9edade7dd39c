using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Inspection;
using EvidenceIngest.Server.Tests.Media;

namespace EvidenceIngest.Server.Tests.Inspection;

public sealed class MediaInspectorTests : IDisposable
{
    private readonly Studio _studio = new();

    [Fact]
    public async Task A_whole_recording_gives_its_facts_and_no_finding()
    {
        var facts = await InspectAsync(await _studio.FilmAsync(
            "a.mp4", seconds: 3, size: "640x360", more: "-metadata creation_time=2026-11-21T02:03:04Z"));

        Assert.Equal(MediaKind.Video, facts.Kind);
        Assert.Contains("mp4", facts.Container, StringComparison.Ordinal);
        Assert.InRange(facts.Duration!.Value.TotalSeconds, 2.9, 3.2);
        Assert.Equal(("h264", "aac"), (facts.VideoCodec, facts.AudioCodec));
        Assert.Equal((640, 360), (facts.Width, facts.Height));
        Assert.True(facts.BitRate > 1000);
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 2, 3, 4, TimeSpan.Zero), facts.CreationTime);
        Assert.StartsWith("ffprobe 5.", facts.Tool, StringComparison.Ordinal);
        Assert.Contains("\"codec_name\"", facts.RawJson, StringComparison.Ordinal);
        Assert.Empty(facts.Findings);
    }

    [Theory]
    [InlineData("a.avi", "-c:v mjpeg", "-c:a pcm_s16le", "mjpeg", "pcm_s16le")]
    [InlineData("a.ts", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p", "-c:a aac", "h264", "aac")]
    [InlineData("a.mov", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p", "-c:a pcm_alaw", "h264", "pcm_alaw")]
    [InlineData("a.mpg", "-c:v mpeg2video", "-c:a mp2", "mpeg2video", "mp2")]
    [InlineData("a.mkv", "-c:v libx265 -preset ultrafast -x265-params log-level=none", "-c:a aac", "hevc", "aac")]
    public async Task Every_container_that_recorders_write_is_understood(string name, string video, string sound, string videoCodec, string audioCodec)
    {
        var facts = await InspectAsync(await _studio.FilmAsync(name, 2, video: video, sound: sound));
        Assert.Equal((MediaKind.Video, videoCodec, audioCodec), (facts.Kind, facts.VideoCodec, facts.AudioCodec));
        Assert.Empty(facts.Findings);
    }

    [Theory]
    [InlineData("a.wav", "-c:a pcm_s16le")]
    [InlineData("a.mp3", "-c:a libmp3lame")]
    [InlineData("a.m4a", "-c:a aac")]
    public async Task Sound_alone_is_audio(string name, string codec)
    {
        var facts = await InspectAsync(await _studio.MakeAsync(name, $"-f lavfi -i sine=duration=2 {codec}"), MediaKind.Audio);
        Assert.Equal(MediaKind.Audio, facts.Kind);
        Assert.InRange(facts.Duration!.Value.TotalSeconds, 1.9, 2.2);
        Assert.Empty(facts.Findings);
    }

    [Fact]
    public async Task Amr_speech_is_audio()
    {
        var facts = await InspectAsync(await _studio.WriteAsync("a.amr", Samples.Amr(seconds: 2)), MediaKind.Audio);
        Assert.Equal((MediaKind.Audio, "amr_nb"), (facts.Kind, facts.AudioCodec));
        Assert.Empty(facts.Findings);
    }

    [Fact]
    public async Task A_recording_filmed_upright_has_its_width_and_height_as_people_see_it()
    {
        await _studio.FilmAsync("a.mp4", 1, "640x360");
        var facts = await InspectAsync(await _studio.MakeAsync("b.mp4", "-i a.mp4 -c copy -metadata:s:v:0 rotate=90"));
        Assert.Equal((360, 640), (facts.Width, facts.Height));
    }

    [Fact]
    public async Task A_photo_taken_upright_has_its_width_and_height_as_people_see_it()
    {
        var photo = await _studio.MakeAsync("a.jpg", "-f lavfi -i testsrc2=size=640x360 -frames:v 1");
        var facts = await InspectAsync(
            await _studio.WriteAsync("b.jpg", Samples.WithExifOrientation(await File.ReadAllBytesAsync(photo, Studio.Ct), 6)), MediaKind.Photo);
        Assert.Equal((MediaKind.Photo, 360, 640), (facts.Kind, facts.Width, facts.Height));
        Assert.Null(facts.Duration);
        Assert.Empty(facts.Findings);
    }

    [Fact]
    public async Task Names_with_commands_and_patterns_in_them_are_only_names()
    {
        await _studio.FilmAsync("a.mp4", 1);
        foreach (var name in new[] { "-i %03d $(id) ;.mp4", "concat:a|b.mp4", "执法 记录.mp4" })
        {
            File.Copy(_studio["a.mp4"], _studio[name]);
            var facts = await InspectAsync(_studio[name]);
            Assert.Equal(MediaKind.Video, facts.Kind);
            Assert.DoesNotContain(name, facts.RawJson, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_cancelled_inspection_ends_as_cancelled()
    {
        await _studio.FilmAsync("a.mp4", 1);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _studio.Inspector.InspectAsync(_studio["a.mp4"], MediaKind.Video, cancelled.Token));
    }

    [Fact]
    public async Task The_folder_of_the_master_stays_as_it_was()
    {
        var file = await _studio.FilmAsync("a.mp4", 1);
        var before = await File.ReadAllBytesAsync(file, Studio.Ct);
        await InspectAsync(file);
        Assert.Equal(file, Assert.Single(Directory.GetFileSystemEntries(_studio.Folder.FullName)));
        Assert.Equal(before, await File.ReadAllBytesAsync(file, Studio.Ct));
    }

    public void Dispose() => _studio.Dispose();

    private Task<MediaFacts> InspectAsync(string file, MediaKind expected = MediaKind.Video) =>
        _studio.Inspector.InspectAsync(file, expected, Studio.Ct);
}
