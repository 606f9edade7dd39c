using EvidenceIngest.EndToEnd.Tests.Rig.Devices;

namespace EvidenceIngest.EndToEnd.Tests.Rig;

/// <summary>A docking station: ten bays on the controller, six behind a hub, all at once.</summary>
[Collection(nameof(SimulatedBench))]
public sealed class SixteenBaysTests(SimulatedBench bench) : IAsyncDisposable
{
    private const string HubPort = "15";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sixteen_recorders_at_once_are_told_apart_by_their_ports_and_read_whole()
    {
        await bench.Vm.PlugHubAsync(HubPort, Token);
        await bench.Vm.WaitUntilAsync($"test -e /sys/bus/usb/devices/1-{HubPort}/1-{HubPort}:1.0/driver", TimeSpan.FromMinutes(2), Token);
        await Assert.ThrowsAsync<RigException>(() => bench.Vm.PlugAsync($"{HubPort}.8", bench.Disk("A9-FAST"), Token));
        string[] bays = [.. Enumerable.Range(1, 10).Select(n => $"{n}"), .. Enumerable.Range(1, 6).Select(n => $"{HubPort}.{n}")];

        await Task.WhenAll(bays.Select(bay => bench.Vm.PlugAsync(bay, bench.Disk($"A9-{bay}", speed: Speed(bay)), Token)));
        var disks = await Task.WhenAll(bays.Select(bench.DiskAsync));
        var digests = await Task.WhenAll(disks.Select(bench.DigestAsync));

        Assert.Equal(16, disks.Distinct().Count());
        Assert.All(digests, digest => Assert.Equal(bench.VideoDigest, digest));
        foreach (var bay in bays)
            Assert.Equal($"A9-{bay}", await bench.AttributeAsync(bay, "serial"));

        await Assert.ThrowsAsync<RigException>(() => bench.Vm.UnplugAsync(HubPort, Token));
        await bench.Vm.UnplugAllAsync(Token);
        await bench.IsGoneAsync(HubPort);
    }

    /// <summary>Also tells when a model failed in a way that the guest couldn't see.</summary>
    public async ValueTask DisposeAsync() => await bench.Vm.UnplugAllAsync(CancellationToken.None);

    private static UsbSpeed Speed(string bay) => bay.StartsWith(HubPort, StringComparison.Ordinal) ? UsbSpeed.Full : UsbSpeed.High;
}
