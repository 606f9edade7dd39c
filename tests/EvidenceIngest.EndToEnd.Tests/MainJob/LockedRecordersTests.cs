using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.EndToEnd.Tests.Rig;
using EvidenceIngest.EndToEnd.Tests.Rig.Devices;
using EvidenceIngest.EndToEnd.Tests.Rig.Devices.Recorders;
using EvidenceIngest.EndToEnd.Tests.Rig.Devices.Storage;

namespace EvidenceIngest.EndToEnd.Tests.MainJob;

/// <summary>
/// Recorders that hide their footage until they are spoken to, and one that shows it by MTP: the dock in the rig's guest
/// unlocks and offloads all of them at once by the shipped profiles; the server and its stores run on the host.
/// </summary>
public sealed class LockedRecordersTests : IAsyncLifetime
{
    private const string Password = "s3cr3t77";

    /// <summary>QEMU's own MTP device.</summary>
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

    private static readonly TimeSpan Step = TimeSpan.FromMinutes(4);

    private readonly Dictionary<string, Card> _cards = [];
    private Installation _installation = null!;
    private ChildProcess _server = null!;
    private RigVm _vm = null!;

    private string DockHome => Path.Combine(_vm.ShareFolder, "dock");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Locked_recorders_and_an_MTP_recorder_are_offloaded_by_their_profiles()
    {
        await PrepareDockHomeAsync();
        var (exitCode, code, error) = await _installation.RunAsync(Step, "docks", "invite");
        Assert.True(exitCode == 0, error);
        var dock = await _vm.SpawnAsync(
            $"export EVIDENCE_HOME=/run/dock EVIDENCE_Dock__ReserveMiB=64 EVIDENCE_Dock__Server={_installation.Api} "
            + $"&& cp -r {_vm.InGuest(DockHome)} $EVIDENCE_HOME && exec '{Installation.Executable}' dock --code {code.Trim()}",
            Token);

        var jieli = JieliRecorder.Create(
            JieliRecorder.Identity("JL-1"), Password, new JieliInfo("JL00001", "000123", "王某", "440100", "交通执法一队"), await DiskAsync("L000001"));
        var text = new AmbarellaTextRecorder(AmbarellaTextRecorder.Identity("AT-1"), "L000002", new UnlockPlan(Password, await DiskAsync("L000002")));
        var control = new AmbarellaControlRecorder(AmbarellaControlRecorder.Identity("AC-1"), new UnlockPlan(Password, await DiskAsync("L000003")));
        await using var first = await _vm.PlugAsync("3", jieli, Token);
        await using var second = await _vm.PlugAsync("4", text, Token);
        await using var third = await _vm.PlugAsync("5", control, Token);
        await _vm.PlugMtpAsync("6", NewCard("M000004").Folder, "RIG-MTP", Token);

        foreach (var (device, card) in _cards)
        {
            IReadOnlyList<ItemLine> items = [];
            for (var end = DateTime.UtcNow + Step; items.Count < card.Recorded.Count || items.Any(i => i.State is "receiving" or "sealing");)
            {
                Assert.True(DateTime.UtcNow < end, $"{device} is not sealed; the dock said:\n{dock.Output}");
                await Task.Delay(1000, Token);
                items = [.. (await ItemsAsync()).Where(i => card.Recorded.ContainsKey(i.Files[0].Name))];
            }

            await _installation.AssertSealedOnceAsync(items[0].Recorder, card.Recorded, items);
        }

        await dock.SignalAsync("TERM", Token);
        await dock.WaitAsync(Step, Token);
        Assert.DoesNotContain(Password, dock.Output, StringComparison.Ordinal);
    }

    public async ValueTask InitializeAsync()
    {
        _installation = await Installation.CreateAsync("locked-recorders");
        _server = _installation.Start("serve");
        _vm = await RigVm.StartAsync(
            new RigOptions { ForwardedPorts = [_installation.Api.Port, _installation.VaultPort], LifeLimit = TimeSpan.FromMinutes(20) }, Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_vm is not null)
            await _vm.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        await _installation.DisposeAsync();
    }

    /// <summary>Passwords, and the profile of the rig's own MTP device: the shipped ones name devices that people can buy.</summary>
    private async Task PrepareDockHomeAsync()
    {
        Directory.CreateDirectory(Path.Combine(DockHome, "hardware-profiles"));
        await File.WriteAllTextAsync(
            Path.Combine(DockHome, "config.json"),
            $$"""{"Recorders":{"Secrets":{"ambarella-text":"{{Password}}","ambarella-a9":"{{Password}}"}}}""", Token);
        await File.WriteAllTextAsync(Path.Combine(DockHome, "hardware-profiles/rig-mtp.yaml"), MtpProfile, Token);
    }

    private Card NewCard(string device)
    {
        var card = new Card(Path.Combine(_vm.ShareFolder, device), device, device.GetHashCode(StringComparison.Ordinal));
        card.RecordSound(300_000);
        card.RecordSound(3_000_000);
        return _cards[device] = card;
    }

    private async Task<MassStorageDevice> DiskAsync(string device)
    {
        var image = Path.Combine(_vm.ShareFolder, device + ".img");
        await CardImage.CreateFat32Async(image, NewCard(device).Folder, 40, "BWC", Token);
        return MassStorageDevice.WithCard(SimulatedBench.DiskIdentity("DISK-" + device), new CardMedium(image, writeProtected: true));
    }

    private async Task<IReadOnlyList<ItemLine>> ItemsAsync()
    {
        var (exitCode, lines, _) = await _installation.RunAsync(Step, "items", "list", "--json");
        return exitCode == 0 ? ItemLine.Parse(lines) : [];
    }
}
