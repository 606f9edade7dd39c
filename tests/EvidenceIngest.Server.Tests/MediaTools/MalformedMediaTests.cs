using System.Diagnostics;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.Tests.Media;

namespace EvidenceIngest.Server.Tests.MediaTools;

/// <summary>Every file that may lie on a card ends in a state that has a name, within its limits; nothing half made is handed back.</summary>
public sealed class MalformedMediaTests : IDisposable
{
    private const long MostMegabytes = 1200;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(100);

    private readonly Studio _studio = new(new MediaToolOptions
    {
        Threads = 2, MemoryBytes = MostMegabytes << 20, InspectionTime = TimeSpan.FromSeconds(20), RenderingTime = TimeSpan.FromSeconds(20), RenderingSecondsPerMebibyte = 10,
    });

    public static TheoryData<string> Whole { get; } = [.. OddFiles.Whole.Keys];

    public static TheoryData<string> Broken { get; } = [.. OddFiles.Broken.Keys];

    [Fact]
    public void There_are_sixty_of_them() => Assert.True(OddFiles.Whole.Count + OddFiles.Broken.Count >= 60);

    [Theory]
    [MemberData(nameof(Whole))]
    public async Task What_is_odd_but_whole_is_shown(string name)
    {
        var master = await _studio.MasterAsync(await OddFiles.Whole[name](_studio), Expected(name));
        Assert.DoesNotContain(master.Facts.Findings, f => f.Code is FindingCode.Damaged or FindingCode.Foreign);
        var made = await _studio.RenderAsync(master.Facts.Kind, [master]);
        Assert.Contains(master.Facts.Kind == MediaKind.Photo ? "poster" : "proxy", made.Keys);
        await WholeAsync(made.Values);
        if (master.Facts.Kind == MediaKind.Video)
            Assert.Contains("sprites-1", made.Keys);
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task What_is_broken_is_shown_as_far_as_it_goes_or_refused_with_a_reason(string name)
    {
        var file = await OddFiles.Broken[name](_studio);
        var clock = Stopwatch.StartNew();
        var master = await _studio.MasterAsync(file, Expected(name));
        var outcome = "nothing to show";
        if (master.Facts.Kind != MediaKind.Other)
        {
            try
            {
                var made = await _studio.RenderAsync(master.Facts.Kind, [master]);
                await WholeAsync(made.Values);
                outcome = string.Join(' ', made.Keys);
            }
            catch (RenditionFailedException e)
            {
                Assert.NotEmpty(e.Message);
                Assert.DoesNotContain(_studio.Folder.Name, e.Message, StringComparison.Ordinal);
                outcome = e.Message;
            }
        }
        else
        {
            Assert.NotEmpty(master.Facts.Findings);
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{name}: {master.Facts.Kind}, {string.Join("; ", master.Facts.Findings)}: {outcome}, {clock.Elapsed.TotalSeconds:0.0} s");
        Assert.True(clock.Elapsed < Longest, $"{clock.Elapsed}");
    }

    public void Dispose() => _studio.Dispose();

    private static MediaKind Expected(string name) => Path.GetExtension(name) switch
    {
        ".jpg" or ".png" => MediaKind.Photo,
        ".wav" or ".mp3" or ".amr" => MediaKind.Audio,
        _ => MediaKind.Video,
    };

    /// <summary>Whatever is handed back is what it says, by another tool's word.</summary>
    private static async Task WholeAsync(IEnumerable<Rendition> made)
    {
        foreach (var rendition in made)
        {
            Assert.Equal(new FileInfo(rendition.File).Length, rendition.Bytes);
            if (rendition.ContentType.StartsWith("video/", StringComparison.Ordinal) || rendition.ContentType.StartsWith("audio/", StringComparison.Ordinal) || rendition.ContentType == "image/jpeg")
                Assert.NotEqual("", await Studio.AskAsync(rendition.File, "stream=codec_name"));
        }
    }
}
