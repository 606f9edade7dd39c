using EvidenceIngest.EndToEnd.Tests.Installations;

namespace EvidenceIngest.EndToEnd.Tests.MainJob;

/// <summary>What a newcomer does first: <c>./scripts/run --demo --once --json</c>, in an empty home.</summary>
public sealed class DemonstrationTests : IAsyncLifetime
{
    private static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(10);

    private Installation _installation = null!;

    [Fact]
    public async Task The_demonstration_ends_with_every_good_recording_sealed_and_the_two_bad_ones_explained()
    {
        var (exitCode, output, error) = await RunDemoAsync();
        Assert.True(exitCode == 0, error);
        var items = ItemLine.Parse(output);

        Assert.Equal(7, items.Count);
        Assert.All(items, AssertComplete);
        var sealedItems = items.Where(i => i.State == "sealed").ToList();
        Assert.Equal(["audio", "photo", "video", "video", "video"], sealedItems.Select(i => i.Kind).Order());
        Assert.Equal([1, 2, 3], sealedItems.Where(i => i.Kind == "video").Select(i => i.Files.Count).Order());
        Assert.All(sealedItems.Where(i => i.Kind == "video"), i => Assert.Equal(["ObjectOfProof"], i.Missing));
        Assert.All(sealedItems.Where(i => i.Kind == "video"), i => Assert.Contains("proxy", i.Renditions));
        Assert.Equal(["ObjectOfProof", "Transcript"], sealedItems.Single(i => i.Kind == "audio").Missing);
        Assert.Contains("poster", sealedItems.Single(i => i.Kind == "photo").Renditions);

        var quarantined = items.Where(i => i.State == "quarantined").ToList();
        Assert.Single(quarantined, i => i.Reason!.Contains("moov", StringComparison.Ordinal));
        Assert.Single(quarantined, i => i.Reason!.Contains("Foreign", StringComparison.Ordinal));

        // Its own sealed footage is gone from the recorder; what is not footage is left alone.
        var left = Directory.EnumerateFiles(Path.Combine(_installation.Home, "demo-card"), "*", SearchOption.AllDirectories);
        Assert.Single(left);

        await _installation.StartServersAsync();
        await _installation.AssertSealedOnceAsync(
            items[0].Recorder, items.SelectMany(i => i.Files).ToDictionary(f => f.Name, f => f.Sha256, StringComparer.Ordinal), items);
    }

    [Fact]
    public async Task A_second_demonstration_goes_on_with_the_same_home_and_new_recordings()
    {
        var first = await RunDemoAsync();
        var second = await RunDemoAsync();
        Assert.True(first.ExitCode == 0 && second.ExitCode == 0, first.Error + second.Error);
        var again = ItemLine.Parse(second.Output).Select(i => i.Item).Intersect(ItemLine.Parse(first.Output).Select(i => i.Item));
        Assert.Empty(again);
    }

    public async ValueTask InitializeAsync()
    {
        _installation = await Installation.CreateAsync("demonstration-" + Guid.NewGuid().ToString("N")[..6]);
        await _installation.StopServersAsync();
    }

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    private async Task<(int ExitCode, string Output, string Error)> RunDemoAsync()
    {
        await using var run = _installation.Start(
            Path.Combine(Installation.Checkout, "scripts/run"), ["--demo", "--once", "--json"]);
        return (await run.WaitAsync(RunLimit), run.Output, run.Error);
    }

    private static void AssertComplete(ItemLine item)
    {
        Assert.NotEmpty(item.Files);
        Assert.All(item.Files, f => Assert.True(f.Sha256.Length == 64 && f.Sm3?.Length == 64 && f.VersionId?.Length > 0));
        Assert.Equal("dev-J800000", item.Recorder);
        if (item.State == "sealed")
        {
            Assert.NotNull(item.RecordedAt);
            Assert.True(item.OnTime);
            Assert.True(item.Deadline > item.RecordedAt);
        }
        else
        {
            Assert.False(string.IsNullOrEmpty(item.Reason));
        }
    }
}
