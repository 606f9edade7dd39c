using System.Text.Json;
using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.EndToEnd.Tests.Rig;
using EvidenceIngest.EndToEnd.Tests.Rig.Devices;
using EvidenceIngest.EndToEnd.Tests.Rig.Devices.Storage;

namespace EvidenceIngest.EndToEnd.Tests.MainJob;

/// <summary>One station for all tests of it, one test after the other: servers, guest and dock take a minute to start.</summary>
[CollectionDefinition(nameof(DockStation))]
public sealed class DockStationTests : ICollectionFixture<DockStation>;

/// <summary>
/// A docking station with real USB: the dock runs in the rig's guest, whose kernel has USB, vfat and exfat; the server and its
/// stores run on the host. Sealed footage is cleared from recorders. Each test leaves the ports empty.
/// </summary>
public sealed class DockStation : IAsyncLifetime
{
    internal const string Password = "s3cr3t77";

    /// <summary>QEMU's own MTP device; the shipped profiles name devices that people can buy.</summary>
    private const string MtpProfile = """
        title: 试验台 MTP 设备
        driver: mtp
        match: { attachment: usb, usbIds: ['46f4:0004'], priority: 90 }
        method: { audio: 执法记录仪录音 }
        identity: [file-names, usb-serial]
        names:
          - pattern: '^(?<dev>[A-Za-z0-9]{5,8})_(?<police>[A-Za-z0-9]{6})(?<ts>[0-9]{14})_(?<seq>[0-9]{4})\.'
            time: yyyyMMddHHmmss
        kinds: { audio: [wav] }
        facts:
          - { fields: [driver, match, names, kinds], trust: tested, source: this rig }
        """;

    private readonly Dictionary<string, Card> _cards = [];
    private ChildProcess _server = null!;
    private GuestCommand _dock = null!;

    /// <summary>The guest is emulated in software and shares two cores with other tests.</summary>
    internal static TimeSpan Step { get; } = TimeSpan.FromMinutes(6);

    internal Installation Installation { get; private set; } = null!;

    internal RigVm Vm { get; private set; } = null!;

    /// <summary>What the dock has written so far; every failure shows it.</summary>
    internal string DockOutput => _dock.Output;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A card with sound recordings of these lengths, as a folder of the share.</summary>
    internal Card NewCard(string device, params int[] sounds)
    {
        var card = new Card(Path.Combine(Vm.ShareFolder, device), device, device.Sum(c => c));
        foreach (var bytes in sounds)
            card.RecordSound(bytes);
        return _cards[device] = card;
    }

    /// <summary>That card's FAT32 image.</summary>
    internal async Task<string> ImageAsync(Card card, string device, int mebibytes = 40)
    {
        var image = Path.Combine(Vm.ShareFolder, device + ".img");
        await CardImage.CreateFat32Async(image, card.Folder, mebibytes, "BWC", Token);
        return image;
    }

    /// <summary>A recorder in disk mode with such a card.</summary>
    internal static MassStorageDevice Disk(string device, string image, DiskFaults? faults = null, bool writeProtected = false, UsbSpeed speed = UsbSpeed.High) =>
        MassStorageDevice.WithCard(SimulatedBench.DiskIdentity("DISK-" + device), new CardMedium(image, writeProtected), faults, speed);

    /// <summary>Waits until all that the card held is sealed, and looks at it in the store.</summary>
    internal async Task<IReadOnlyList<ItemLine>> AssertSealedAsync(string device)
    {
        var recorded = _cards[device].Recorded;
        IReadOnlyList<ItemLine> items = [];
        for (var end = DateTime.UtcNow + Step; items.Count < recorded.Count || items.Any(i => i.State is not ("sealed" or "quarantined"));)
        {
            Assert.True(
                DateTime.UtcNow < end,
                $"{device} is not sealed: {string.Join(", ", items.Select(i => i.State))}; the dock said:\n{DockOutput}\nthe bays show:\n{string.Join('\n', await Installation.BaysAsync() ?? [])}");
            await Task.Delay(1000, Token);
            items = [.. (await ItemsAsync()).Where(i => recorded.ContainsKey(i.Files[0].Name))];
        }

        await Installation.AssertSealedOnceAsync(items[0].Recorder, recorded, items);
        return items;
    }

    internal async Task<IReadOnlyList<ItemLine>> ItemsAsync() => await Installation.ItemsAsync() ?? [];

    /// <summary>Waits until a bay shows what is wanted, "1-3" or "1-15.2".</summary>
    internal async Task ShowsAsync(string port, Func<BayLine, bool> wanted)
    {
        BayLine? last = null;
        for (var end = DateTime.UtcNow + Step; last is null || !wanted(last); await Task.Delay(1000, Token))
        {
            Assert.True(DateTime.UtcNow < end, $"the dock said:\n{DockOutput}\nbay {port} shows {last}");
            last = (await Installation.BaysAsync() ?? []).LastOrDefault(b => b.Bay == "usb:" + port);
        }
    }

    internal async Task AssignAsync(string recorder)
    {
        var (exitCode, _, error) = await Installation.RunAsync(
            Step, "recorders", "assign", recorder, "--officer", "000123", "--name", "王某", "--from", "2020-01-01T00:00:00+08:00");
        Assert.True(exitCode == 0, error);
    }

    public async ValueTask InitializeAsync()
    {
        Installation = await Installation.CreateAsync("dock-station");
        _server = Installation.Start("serve");
        Vm = await RigVm.StartAsync(
            new RigOptions { ForwardedPorts = [Installation.Api.Port, Installation.VaultPort], LifeLimit = TimeSpan.FromMinutes(45) },
            CancellationToken.None);
        var home = Path.Combine(Vm.ShareFolder, "dock");
        Directory.CreateDirectory(Path.Combine(home, "hardware-profiles"));
        await File.WriteAllTextAsync(
            Path.Combine(home, "config.json"),
            JsonSerializer.Serialize(new Dictionary<string, string>
            {
                ["Recorders:Secrets:ambarella-text"] = Password, ["Recorders:Secrets:ambarella-a9"] = Password,
            }));
        await File.WriteAllTextAsync(Path.Combine(home, "hardware-profiles/rig-mtp.yaml"), MtpProfile);
        _dock = await Vm.SpawnAsync(
            "export EVIDENCE_HOME=/run/dock EVIDENCE_Dock__Clearing=true EVIDENCE_Dock__ReserveMiB=64 "
            + $"EVIDENCE_Dock__Server={Installation.Api} && cp -r {Vm.InGuest(home)} $EVIDENCE_HOME "
            + $"&& exec '{Installation.Executable}' dock --code {await InviteAsync()}",
            CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_dock is not null)
        {
            Assert.False(_dock.HasEnded, "the dock ended by itself:\n" + DockOutput);
            Assert.DoesNotContain(Password, DockOutput, StringComparison.Ordinal);
            await _dock.SignalAsync("TERM", CancellationToken.None);
            await _dock.WaitAsync(Step, CancellationToken.None);
        }

        if (Vm is not null)
            await Vm.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        await Installation.DisposeAsync();
    }

    private async Task<string> InviteAsync()
    {
        for (var tries = 0; ; tries++)
        {
            var (exitCode, text, error) = await Installation.RunAsync(Step, "docks", "invite");
            if (exitCode == 0)
                return text.Trim();
            Assert.True(tries < 60, error);
            await Task.Delay(1000);
        }
    }
}
