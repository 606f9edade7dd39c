using EvidenceIngest.Dock.Tests.Support;
using EvidenceIngest.Recorders;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Dock.Tests.Workflow;

public sealed class SignsOfLifeTests
{
    [Fact]
    public async Task A_dock_that_works_misses_none_of_its_loops()
    {
        await using var rig = await DockRig.CreateAsync();
        await rig.StartAsync();
        await DockRig.UntilAsync(() => File.Exists(rig.Options.CredentialsFile), () => $"not enrolled: {rig.Status.Backlog}");
        Assert.Empty(rig.Services.GetRequiredService<Heartbeats>().Missed());
    }

    [Fact]
    public async Task A_bay_watch_that_fails_is_missed_while_the_dock_still_talks_to_its_server()
    {
        await using var rig = await DockRig.CreateAsync();
        rig.Bays.Break(new InvalidOperationException("the tree of this test can't be read"));
        await rig.StartAsync();
        var beats = rig.Services.GetRequiredService<Heartbeats>();
        await DockRig.UntilAsync(() => beats.Missed().Count > 0, () => "nothing is missed");
        await DockRig.UntilAsync(() => File.Exists(rig.Options.CredentialsFile), () => $"not enrolled: {rig.Status.Backlog}");
        Assert.Equal(["BayWatch"], beats.Missed());
        Assert.Contains(rig.Warnings, w => w.StartsWith("Critical: BayWatch ended", StringComparison.Ordinal));
    }
}
