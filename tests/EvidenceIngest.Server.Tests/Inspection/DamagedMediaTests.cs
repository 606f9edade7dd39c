using System.Text;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Inspection;
using EvidenceIngest.Server.Tests.Media;

namespace EvidenceIngest.Server.Tests.Inspection;

/// <summary>Each file is named for what is wrong with it; each ends as a finding that says so.</summary>
public sealed class DamagedMediaTests : IDisposable
{
    private readonly Studio _studio = new();

    [Fact]
    public async Task Truncated_mp4_without_moov()
    {
        var whole = await File.ReadAllBytesAsync(await _studio.FilmAsync("a.mp4"), Studio.Ct);
        var facts = await InspectAsync("truncated_mp4_without_moov.mp4", whole[..(whole.Length / 2)]);
        Assert.Equal(
            "no moov box: the recording was cut off before the recorder closed the file", Only(facts, FindingCode.Damaged));
        Assert.Equal(MediaKind.Other, facts.Kind);
    }

    [Fact]
    public async Task Truncated_mp4_with_moov_in_front()
    {
        var whole = await File.ReadAllBytesAsync(await _studio.FilmAsync("a.mp4", more: "-movflags +faststart"), Studio.Ct);
        var facts = await InspectAsync("truncated_mp4_with_moov_in_front.mp4", whole[..^1000]);
        Assert.Contains("mdat box misses its last 1000 bytes", Only(facts, FindingCode.Damaged), StringComparison.Ordinal);
        Assert.Equal(MediaKind.Video, facts.Kind);
    }

    [Fact]
    public async Task Zero_bytes()
    {
        var facts = await InspectAsync("zero_bytes.mp4", []);
        Assert.Equal([FindingCode.Empty, FindingCode.Damaged], facts.Findings.Select(f => f.Code));
        Assert.StartsWith("ffprobe ", facts.Tool, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_that_a_computer_left_on_the_card()
    {
        var facts = await InspectAsync("text.txt", "just some notes\n"u8.ToArray(), MediaKind.Other);
        Only(facts, FindingCode.Foreign);
    }

    [Fact]
    public async Task Text_named_like_a_recording()
    {
        var facts = await InspectAsync("text.mp4", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("no recording at all\n", 500))));
        Assert.Equal([FindingCode.Foreign, FindingCode.Damaged], facts.Findings.Select(f => f.Code));
    }

    [Fact]
    public async Task Zeros_where_a_recording_should_be()
    {
        var facts = await InspectAsync("zeros.mp4", new byte[200_000]);
        Assert.Contains(facts.Findings, f => f.Code == FindingCode.Damaged);
    }

    [Fact]
    public async Task Mp4_whose_media_was_overwritten_with_zeros()
    {
        var content = await File.ReadAllBytesAsync(await _studio.FilmAsync("a.mp4", more: "-movflags +faststart"), Studio.Ct);
        var media = content.AsSpan().IndexOf("mdat"u8) + 4;
        content.AsSpan(media).Clear();
        var facts = await InspectAsync("overwritten_media.mp4", content);
        Assert.StartsWith("its first pictures or sounds can't be decoded", Only(facts, FindingCode.Damaged), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mp4_whose_index_was_overwritten_with_noise()
    {
        var content = await File.ReadAllBytesAsync(await _studio.FilmAsync("a.mp4"), Studio.Ct);
        var index = content.AsSpan().IndexOf("moov"u8) + 4;
        new Random(1).NextBytes(content.AsSpan(index));
        var facts = await InspectAsync("overwritten_index.mp4", content);
        Assert.Contains("starts like MP4, but can't be read", Only(facts, FindingCode.Damaged), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mp4_without_any_frame()
    {
        await _studio.FilmAsync("a.mp4");
        var facts = await _studio.Inspector.InspectAsync(
            await _studio.MakeAsync("no_frames.mp4", "-i a.mp4 -c copy -t 0 -map 0:v"), MediaKind.Video, Studio.Ct);
        Assert.Contains(facts.Findings, f => f.Code == FindingCode.Damaged);
    }

    [Fact]
    public async Task Half_a_jpeg_is_still_shown_or_named_as_damaged()
    {
        var whole = await File.ReadAllBytesAsync(
            await _studio.MakeAsync("a.jpg", "-f lavfi -i testsrc2=size=640x360 -frames:v 1"), Studio.Ct);
        var facts = await InspectAsync("header_of_a_jpeg.jpg", whole[..100], MediaKind.Photo);
        Assert.Contains(facts.Findings, f => f.Code == FindingCode.Damaged);
    }

    [Theory]
    [InlineData("video.mp4")]
    [InlineData("video.avi")]
    [InlineData("video.ts")]
    [InlineData("sound.mp3")]
    public async Task Flipped_bits_anywhere_never_throw(string name)
    {
        var file = name.StartsWith("sound", StringComparison.Ordinal)
            ? await _studio.MakeAsync(name, "-f lavfi -i sine=duration=1")
            : await _studio.FilmAsync(name, 1, "160x120", "-c:v mpeg4");
        var whole = await File.ReadAllBytesAsync(file, Studio.Ct);
        var random = new Random(7);
        for (var round = 0; round < 5; round++)
        {
            var flipped = (byte[])whole.Clone();
            for (var i = 0; i < 40; i++)
                flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
            Assert.NotNull(await InspectAsync($"flipped-{round}-{name}", flipped));
        }
    }

    public void Dispose() => _studio.Dispose();

    private static string Only(MediaFacts facts, FindingCode code)
    {
        var finding = Assert.Single(facts.Findings);
        Assert.Equal(code, finding.Code);
        return finding.Detail;
    }

    private async Task<MediaFacts> InspectAsync(string name, byte[] content, MediaKind expected = MediaKind.Video) =>
        await _studio.Inspector.InspectAsync(await _studio.WriteAsync(name, content), expected, Studio.Ct);
}
