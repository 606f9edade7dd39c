using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.Tests.Media;

namespace EvidenceIngest.Server.Tests.Renditions;

/// <summary>Counts processor time of child processes, so nothing else may start any meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasuredCollection
{
    public const string Name = "measured";
}

[Collection(MeasuredCollection.Name)]
public sealed class RenditionCostTests : IDisposable
{
    private readonly Studio _studio = new();

    [Fact]
    public async Task A_copied_proxy_costs_less_than_a_twentieth_of_an_encoded_one()
    {
        // A minute of 1080p at about 6 Mbit/s, as recorders film; the same pictures once as browsers play them, once in AVI.
        var film = await _studio.FilmAsync(
            "a.mp4", 60, "1920x1080", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 30 -b:v 6M -maxrate 6M -bufsize 6M");
        var copy = await CostAsync(await _studio.MasterAsync(film), copied: true);
        var encode = await CostAsync(await _studio.MasterAsync(await _studio.MakeAsync("a.avi", "-i a.mp4 -c copy")), copied: false);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"60 s of 1080p: all renditions copied {copy.All:0.00} s, encoded {encode.All:0.00} s of processor time; "
            + $"without the poster {copy.WithoutPoster:0.00} s and {encode.WithoutPoster:0.00} s ({copy.WithoutPoster / encode.WithoutPoster:P1})");
        Assert.True(copy.WithoutPoster < 0.05 * encode.WithoutPoster);
    }

    public void Dispose() => _studio.Dispose();

    private async Task<(double All, double WithoutPoster)> CostAsync(MasterCopy master, bool copied)
    {
        var before = Studio.ChildSeconds();
        var made = await _studio.RenderAsync(MediaKind.Video, [master]);
        var all = Studio.ChildSeconds() - before;
        Assert.Equal(copied, made["proxy"].Recipe.Copied);

        before = Studio.ChildSeconds();
        var poster = made["poster"];
        await _studio.Tools.RunAsync(
            new ToolCall(
                _studio.Options.Ffmpeg, [.. poster.Recipe.Arguments], Path.GetDirectoryName(poster.File)!,
                new ToolLimits(TimeSpan.FromMinutes(1), 1 << 30)),
            Studio.Ct);
        return (all, all - (Studio.ChildSeconds() - before));
    }
}
