using EvidenceIngest.EndToEnd.Tests.Rig.Devices;
using EvidenceIngest.EndToEnd.Tests.Rig.Devices.Recorders;
using EvidenceIngest.EndToEnd.Tests.Rig.Devices.Storage;

namespace EvidenceIngest.EndToEnd.Tests.MainJob;

/// <summary>A full station, a quarter of which fails.</summary>
[Collection(nameof(DockStation))]
public sealed class SixteenBaysTests(DockStation station) : IAsyncDisposable
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Twelve_bays_finish_and_each_of_the_four_that_fail_says_why()
    {
        var good = Enumerable.Range(1, 12).Select(n => (Bay: n, Device: $"S{n:000000}")).ToList();
        foreach (var (bay, device) in good)
            await station.Vm.PlugAsync(Name(bay), await DiskAsync(device), Token);

        // A recorder whose password nobody entered here.
        await station.Vm.PlugAsync(
            "13", new AmbarellaTextRecorder(AmbarellaTextRecorder.Identity("AT-W"), "F000001", new UnlockPlan("12345678", null)), Token);
        // A card that gives up in the middle of its recording, for good.
        await station.Vm.PlugAsync("14", await DiskAsync("F000002", new DiskFaults { BadBlocks = new BlockRange(5_000, 60_000) }), Token);
        // A cable that comes loose behind a hub, where the other two stand: after more bytes than looking at the card takes.
        await station.Vm.PlugHubAsync("15", Token);
        await station.Vm.WaitUntilAsync("test -e /sys/bus/usb/devices/1-15/1-15:1.0/driver", DockStation.Step, Token);
        await station.Vm.PlugAsync("15.1", await DiskAsync("F000003", new DiskFaults { PullAfterBytes = 6_000_000 }, UsbSpeed.Full, 12_000_000), Token);
        // A firmware that hangs: the kernel waits half a minute for each command.
        await station.Vm.PlugAsync("15.2", await DiskAsync("F000004", new DiskFaults { SilentOn = 0x28 }, UsbSpeed.Full), Token);

        foreach (var (_, device) in good)
            await station.AssertSealedAsync(device);
        foreach (var (bay, _) in good)
            await station.ShowsAsync("1-" + Name(bay), b => b.State == "SafeToRemove");
        await station.ShowsAsync("1-13", b => b is { State: "Refused", Reason: { } r } && r.Contains("密码", StringComparison.Ordinal));
        await station.ShowsAsync("1-14", b => b is { State: "Failed" or "SafeToRemove", Reason.Length: > 0 });
        await station.ShowsAsync("1-15.1", b => b is { State: "Empty", Reason: { } r } && r.Contains("采集中断", StringComparison.Ordinal));
        // The kernel may give the device up for good after its resets; then there is nothing left that could be tried again.
        await station.ShowsAsync(
            "1-15.2",
            b => b.State != "SafeToRemove" && b.Reason is { } r
                && (r.Contains("没有响应", StringComparison.Ordinal) || r.Contains("识别过程中记录仪被取走或断开", StringComparison.Ordinal)));
        var items = await station.ItemsAsync();
        Assert.DoesNotContain(items, i => i.Recorder is "dev-F000001" or "dev-F000003" or "dev-F000004");
    }

    /// <summary>Also tells when a model failed in a way that the guest couldn't see.</summary>
    public async ValueTask DisposeAsync() => await station.Vm.UnplugAllAsync(CancellationToken.None);

    private static string Name(int bay) => bay.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private async Task<MassStorageDevice> DiskAsync(string device, DiskFaults? faults = null, UsbSpeed speed = UsbSpeed.High, int bytes = 2_000_000)
    {
        var image = await station.ImageAsync(station.NewCard(device, bytes, 500_000), device);
        return DockStation.Disk(device, image, faults, writeProtected: true, speed);
    }
}
