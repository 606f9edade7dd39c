using System.Security.Cryptography;
using EvidenceIngest.EndToEnd.Tests.Rig.Devices;
using EvidenceIngest.EndToEnd.Tests.Rig.Devices.Storage;

namespace EvidenceIngest.EndToEnd.Tests.Rig;

/// <summary>One guest for all tests of simulated recorders, one test after the other: a guest takes 3 GiB and half a minute.</summary>
[CollectionDefinition(nameof(SimulatedBench))]
public sealed class SimulatedBenchTests : ICollectionFixture<SimulatedBench>;

/// <summary>A guest and a card; each test leaves the ports empty.</summary>
public sealed class SimulatedBench : IAsyncLifetime
{
    internal const string Video = "DCIM/100MEDIA/J800000_00000020260305143020_0001.MP4";
    private const int VideoBytes = 3_000_001;

    private static readonly TimeSpan Quick = TimeSpan.FromMinutes(4);
    private readonly string _folder = Directory.CreateTempSubdirectory("cards.").FullName;

    internal RigVm Vm { get; private set; } = null!;

    internal string VideoDigest { get; private set; } = "";

    internal string Card => Path.Combine(_folder, "card.img");

    /// <summary>A card of its own for a test that writes.</summary>
    internal string CardCopy()
    {
        var copy = Path.Combine(_folder, $"{Guid.NewGuid():N}.img");
        File.Copy(Card, copy);
        return copy;
    }

    /// <summary>A recorder in disk mode, whose card nobody can change.</summary>
    internal MassStorageDevice Disk(string serial, DiskFaults? faults = null, UsbSpeed speed = UsbSpeed.High) =>
        MassStorageDevice.WithCard(DiskIdentity(serial), new CardMedium(Card, writeProtected: true), faults, speed);

    internal static UsbIdentity DiskIdentity(string serial) => new(0x070A, 0x4026, "AmbarellaInc", "A9 Platform", serial);

    internal async Task<string> SayAsync(string words) => await SucceedAsync($"/opt/rig/usb {words}");

    /// <summary>What a device's attribute in sysfs says, as soon as the device is there.</summary>
    internal async Task<string> AttributeAsync(string port, string name) =>
        (await Vm.WaitUntilAsync($"cat /sys/bus/usb/devices/1-{port}/{name} 2> /dev/null", Quick, Token)).Trim();

    internal Task IdsAppearAsync(string port, string ids) => Vm.WaitUntilAsync(
        $"test $(cat /sys/bus/usb/devices/1-{port}/idVendor):$(cat /sys/bus/usb/devices/1-{port}/idProduct) = {ids} 2> /dev/null", Quick, Token);

    internal Task IsGoneAsync(string port) => Vm.WaitUntilAsync($"! test -e /sys/bus/usb/devices/1-{port}", Quick, Token);

    /// <summary>The disk's name, e.g. sda, as soon as its first partition is there.</summary>
    internal async Task<string> DiskAsync(string port) =>
        Path.GetFileName(Path.GetDirectoryName(await FindAsync($"/sys/bus/usb/devices/1-{port}/1-{port}:*/host*/target*/*/block/*/sd*1")))!;

    /// <summary>The name of a disk without a card, which has no partitions.</summary>
    internal async Task<string> EmptyDiskAsync(string port) =>
        Path.GetFileName(await FindAsync($"/sys/bus/usb/devices/1-{port}/1-{port}:*/host*/target*/*/block/sd*"));

    /// <summary>Runs a command that must succeed.</summary>
    internal async Task<string> SucceedAsync(string command)
    {
        var result = await Vm.RunAsync(command, Quick, Token);
        Assert.True(result.ExitCode == 0, $"{command} ended with {result.ExitCode}: {result.Output}");
        return result.Output.Trim();
    }

    /// <summary>SHA-256 of the card's video, read through the guest's file system.</summary>
    internal async Task<string> DigestAsync(string disk) => (await SucceedAsync(
        $"mkdir -p /run/{disk} && mount -t vfat -o ro,utf8 /dev/{disk}1 /run/{disk} && sha256sum < /run/{disk}/{Video}; umount /run/{disk}"))[..64];

    internal Task<GuestResult> TryAsync(string command) => Vm.RunAsync(command, Quick, Token);

    public async ValueTask InitializeAsync()
    {
        var content = Path.Combine(_folder, "content");
        var path = Path.Combine(content, Video);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var video = new byte[VideoBytes];
        new Random(11).NextBytes(video);
        VideoDigest = Convert.ToHexStringLower(SHA256.HashData(video));
        await File.WriteAllBytesAsync(path, video);
        await CardImage.CreateFat32Async(Card, content, 40, "A9CARD", CancellationToken.None);
        Vm = await RigVm.StartAsync(new RigOptions(), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (Vm is not null)
            await Vm.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<string> FindAsync(string pattern) =>
        (await Vm.WaitUntilAsync($"ls -d {pattern} 2> /dev/null", Quick, Token)).Trim();
}
