using EvidenceIngest.Dock.Offload;
using EvidenceIngest.Dock.Tests.Support;
using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Dock.Tests.Offload;

public sealed class MediaStructureTests
{
    [Fact]
    public void Whole_files_have_no_findings()
    {
        Assert.Empty(Check(Samples.Mp4(100), "a.mp4"));
        Assert.Empty(Check([.. "RIFF"u8, 4, 0, 0, 0, .. "WAVE"u8], "a.wav"));
        Assert.Empty(Check([0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 0xFF, 0xD9, 0, 0], "a.JPG"));
        Assert.Empty(Check("anything"u8.ToArray(), "a.dat"));
    }

    [Theory]
    [InlineData("truncated_mp4")]
    [InlineData("mp4_without_moov")]
    [InlineData("mp4_with_impossible_box_size")]
    [InlineData("truncated_wav")]
    [InlineData("wav_with_unfinished_header")]
    [InlineData("truncated_jpeg")]
    public void Damage_is_found(string fixture)
    {
        var (content, name) = fixture switch
        {
            "truncated_mp4" => (Samples.Mp4(100)[..^1], "a.mp4"),
            "mp4_without_moov" => ((byte[])[0, 0, 0, 8, .. "ftyp"u8, 0, 0, 0, 8, .. "mdat"u8], "a.mp4"),
            "mp4_with_impossible_box_size" => ([0, 0, 0, 8, .. "ftyp"u8, 0, 0, 0, 7, .. "moov"u8], "a.mov"),
            "truncated_wav" => ([.. "RIFF"u8, 200, 0, 0, 0, .. "WAVE"u8], "a.wav"),
            "wav_with_unfinished_header" => ([.. "RIFF"u8, 0, 0, 0, 0, .. "WAVE"u8, 1, 2], "a.wav"),
            _ => ([0xFF, 0xD8, 0xFF, 0xE0, 1, 2], "a.jpg"),
        };
        Assert.Equal(FindingCode.Damaged, Check(content, name).Single().Code);
    }

    [Fact]
    public void Hostile_content_never_throws_and_never_takes_long()
    {
        var random = new Random(1);
        string[] names = ["a.mp4", "a.mov", "a.wav", "a.avi", "a.jpg", "a", "..", "a.mp4/"];
        for (var i = 0; i < 3000; i++)
        {
            var content = new byte[random.Next(1, 200)];
            random.NextBytes(content);
            if (i % 2 == 0 && content.Length > 8)
                "ftyp"u8.CopyTo(content.AsSpan(4));
            if (i % 4 == 0)
                content.AsSpan(0, Math.Min(4, content.Length)).Clear();
            Check(content, names[i % names.Length]);
        }
    }

    [Fact]
    public void A_box_of_64_bit_size_beyond_everything_is_damage_no_overflow() =>
        Assert.Equal(
            FindingCode.Damaged,
            Check([0, 0, 0, 8, .. "ftyp"u8, 0, 0, 0, 1, .. "mdat"u8, 0x7F, 255, 255, 255, 255, 255, 255, 255], "a.mp4").Single().Code);

    private static List<Finding> Check(byte[] content, string name)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, content);
            return [.. MediaStructure.Check(path, name)];
        }
        finally
        {
            File.Delete(path);
        }
    }
}
