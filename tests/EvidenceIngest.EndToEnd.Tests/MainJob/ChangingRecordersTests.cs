using EvidenceIngest.EndToEnd.Tests.Rig.Devices.Recorders;
using EvidenceIngest.EndToEnd.Tests.Rig.Devices.Storage;

namespace EvidenceIngest.EndToEnd.Tests.MainJob;

/// <summary>Hands that are faster than the dock: another recorder in the same bay, and one that is taken while it is unlocked.</summary>
[Collection(nameof(DockStation))]
public sealed class ChangingRecordersTests(DockStation station) : IAsyncDisposable
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Another_recorder_in_the_same_bay_gets_nothing_of_the_first_ones_footage()
    {
        var first = await station.ImageAsync(station.NewCard("C000001", 6_000_000), "C000001");
        var second = await station.ImageAsync(station.NewCard("C000002", 700_000, 300_000), "C000002");
        var faults = new DiskFaults
        {
            PullAfterBytes = 3_000_000, PutInAfterPull = DockStation.Disk("C000002", second, writeProtected: true),
        };

        await station.Vm.PlugAsync("10", DockStation.Disk("C000001", first, faults, writeProtected: true), Token);

        var items = await station.AssertSealedAsync("C000002");
        Assert.All(items, i => Assert.Equal("dev-C000002", i.Recorder));
        Assert.DoesNotContain(await station.ItemsAsync(), i => i.Recorder == "dev-C000001");
        await station.Vm.PlugAsync("11", DockStation.Disk("C000001", first, writeProtected: true), Token);
        Assert.All(await station.AssertSealedAsync("C000001"), i => Assert.Equal("dev-C000001", i.Recorder));
    }

    [Fact]
    public async Task A_recorder_that_is_taken_while_it_is_unlocked_leaves_a_word_and_works_the_next_time()
    {
        const string Device = "C000003";
        var image = await station.ImageAsync(station.NewCard(Device, 300_000), Device);
        // The second command of a text recorder comes after its probe.
        var taken = new UnlockPlan(DockStation.Password, null) { PullAtCommand = 2 };
        var port = await station.Vm.PlugAsync("12", new AmbarellaTextRecorder(AmbarellaTextRecorder.Identity("AT-C"), Device, taken), Token);
        await station.ShowsAsync("1-12", b => b is { State: "Empty", Reason: { } r } && r.Contains("识别过程中", StringComparison.Ordinal));

        var again = new UnlockPlan(DockStation.Password, DockStation.Disk(Device, image, writeProtected: true));
        await port.ConnectAsync(new AmbarellaTextRecorder(AmbarellaTextRecorder.Identity("AT-C"), Device, again));
        Assert.Single(await station.AssertSealedAsync(Device));
        Assert.Equal(0, again.Wrong);
    }

    /// <summary>Also tells when a model failed in a way that the guest couldn't see.</summary>
    public async ValueTask DisposeAsync() => await station.Vm.UnplugAllAsync(CancellationToken.None);
}
