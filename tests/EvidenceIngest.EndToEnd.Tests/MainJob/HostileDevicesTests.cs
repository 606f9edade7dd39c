using System.Globalization;
using EvidenceIngest.EndToEnd.Tests.Rig.Devices;

namespace EvidenceIngest.EndToEnd.Tests.MainJob;

/// <summary>Things that somebody plugs into a bay to see what happens.</summary>
[Collection(nameof(DockStation))]
public sealed class HostileDevicesTests(DockStation station) : IAsyncDisposable
{
    private const int Rounds = 20;
    private const int MostKibibytes = 64 << 10;

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1500);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Descriptors_of_any_kind_disturb_neither_the_dock_nor_the_next_recorder()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var before = await DockKibibytesAsync();
        var port = await station.Vm.PlugAsync("8", Device(random), Token);
        for (var round = 1; round < Rounds; round++)
        {
            await Task.Delay(Moment, Token);
            await port.PullAsync();
            await Task.Delay(Moment / 3, Token);
            await port.ConnectAsync(Device(random));
        }

        const string Good = "H000001";
        await station.Vm.PlugAsync("9", DockStation.Disk(Good, await station.ImageAsync(station.NewCard(Good, 300_000), Good), writeProtected: true), Token);
        await station.AssertSealedAsync(Good);
        var after = await DockKibibytesAsync();
        Assert.True(after - before < MostKibibytes, $"seed {seed}: the dock grew from {before} to {after} KiB");
        Assert.DoesNotContain("Unhandled", station.DockOutput, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync() => await station.Vm.UnplugAllAsync(CancellationToken.None);

    /// <summary>A recorder's ids, so that its profile speaks to it, with some bytes of its descriptors changed.</summary>
    private static HostileDevice Device(Random random)
    {
        var identity = random.Next(2) == 0
            ? new UsbIdentity(0x4255, 0x0001, Text(random), Text(random), Text(random))
            : new UsbIdentity(0x070A, 0x4026, Text(random), Text(random), Text(random));
        var shape = identity.Vendor == 0x4255 ? new UsbInterface(0xFF, 0, 0, 0x81, 0x01) : new UsbInterface(8, 6, 0x50, 0x81, 0x02);
        var good = UsbDescriptors.Of(identity, shape, UsbSpeed.High);
        var (device, configuration) = (good.Device.ToArray(), good.Configuration.ToArray());
        for (var changes = random.Next(1, 5); changes > 0; changes--)
            configuration[random.Next(configuration.Length)] = (byte)random.Next(256);
        // Ids, class and packet size stay in half of the rounds, so that more than the kernel gets to see it.
        if (random.Next(2) == 0)
            device[random.Next(2, device.Length)] = (byte)random.Next(256);
        return new HostileDevice(identity, shape, good with { Device = device, Configuration = configuration });
    }

    private static string Text(Random random) => random.Next(3) switch
    {
        0 => "",
        1 => new string('\u7532', random.Next(1, 126)),
        _ => string.Concat(Enumerable.Range(0, random.Next(1, 60)).Select(_ => (char)random.Next(1, 0xD800))),
    };

    private async Task<int> DockKibibytesAsync() => int.Parse(
        await station.Vm.WaitUntilAsync(
            "ps -eo rss=,args= | grep '[e]vidence-ingest dock' | sort -n | tail -1 | awk '{ print $1 }' | grep .", DockStation.Step, Token),
        CultureInfo.InvariantCulture);

    /// <summary>Says only what it is; every transfer stalls.</summary>
    private sealed class HostileDevice : SimulatedDevice
    {
        public HostileDevice(UsbIdentity identity, UsbInterface shape, UsbDescriptors descriptors)
            : base(identity, shape, UsbSpeed.High) => Descriptors = descriptors;
    }
}
