using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.EndToEnd.Tests.Rig;

namespace EvidenceIngest.EndToEnd.Tests.MainJob;

/// <summary>A recorder on a real USB cable: plugged, pulled in the middle of a file, plugged again, finished, cleared.</summary>
[Collection(nameof(DockStation))]
public sealed class UsbRecorderTests(DockStation station) : IAsyncDisposable
{
    private const long SlowBytesPerSecond = 1 << 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Recorders_with_fat32_and_exfat_are_pulled_mid_file_and_finish_when_they_come_back()
    {
        await station.AssignAsync("dev-U000001");

        var assigned = await DockAndPullAsync(port: 3, "U000001", exfat: false);
        var unassigned = await DockAndPullAsync(port: 4, "U000002", exfat: true);

        // Nobody is assigned to the second recorder: its footage is as safe, but not accepted until somebody is.
        Assert.All(assigned, i => Assert.Equal("sealed", i.State));
        Assert.All(unassigned, i => Assert.Equal("quarantined", i.State));
        await station.AssignAsync("dev-U000002");
        Assert.All(await station.AssertSealedAsync("U000002"), i => Assert.Equal("sealed", i.State));
    }

    public async ValueTask DisposeAsync() => await station.Vm.UnplugAllAsync(CancellationToken.None);

    private async Task<IReadOnlyList<ItemLine>> DockAndPullAsync(int port, string device, bool exfat)
    {
        var card = station.NewCard(device, 300_000, 24 << 20, 1_000_000);
        var image = Path.Combine(station.Vm.ShareFolder, device + ".img");
        if (exfat)
            await CardImage.CreateExfatAsync(station.Vm, image, card.Folder, 64, "BWC", Token);
        else
            await station.ImageAsync(card, device, 64);

        await station.Vm.PlugAsync(port, image, "BWC-" + device, Token, SlowBytesPerSecond);
        // The large file has at least one verified chunk and is far from its end.
        await station.Vm.WaitUntilAsync("find /run/dock/dock/staging -name '*.bin*' -size +9M | grep -q .", DockStation.Step, Token);
        await station.Vm.UnplugAsync(port, Token);
        await station.Vm.PlugAsync(port, image, "BWC-" + device, Token);

        var items = await station.AssertSealedAsync(device);
        var large = items.Single(i => i.Files[0].Bytes > 20 << 20);
        Assert.Contains("Resumed", await station.Installation.CustodyAsync(large.Item));
        // A look at the card while the dock is busy with it would keep it from its own work.
        await station.ShowsAsync($"1-{port}", b => b.State == "SafeToRemove");
        await AssertClearedAsync(port, exfat);
        return items;
    }

    /// <summary>The recorder's own copies are gone, seen by a mount of the test's own.</summary>
    private async Task AssertClearedAsync(int port, bool exfat)
    {
        var left = await station.Vm.WaitUntilAsync(
            $"sync; mkdir -p /run/look && mount -t {(exfat ? "exfat" : "vfat")} -o ro $(readlink -f /sys/bus/usb/devices/1-{port}/*/host*/target*/*/block/* | sed 's#.*/#/dev/#' | head -1)1 /run/look "
            + "&& find /run/look -type f; umount /run/look", DockStation.Step, Token);
        Assert.DoesNotContain(".WAV", left, StringComparison.Ordinal);
        await station.Vm.UnplugAsync(port, Token);
    }
}
