using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.EndToEnd.Tests.Rig;

namespace EvidenceIngest.EndToEnd.Tests.MainJob;

/// <summary>
/// A recorder on a real USB cable: plugged, pulled in the middle of a file, plugged again, finished. The dock runs in the
/// rig's guest, whose kernel has USB, vfat and exfat; the server and its stores run on the host.
/// </summary>
public sealed class UsbRecorderTests : IAsyncLifetime
{
    private const long SlowBytesPerSecond = 1 << 20;

    /// <summary>The guest is emulated in software and shares two cores with other tests.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(6);

    private Installation _installation = null!;
    private ChildProcess _server = null!;
    private RigVm _vm = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Recorders_with_fat32_and_exfat_are_pulled_mid_file_and_finish_when_they_come_back()
    {
        var code = await InviteAsync();
        await AssignAsync("dev-U000001");
        var dock = await _vm.SpawnAsync(
            "export EVIDENCE_HOME=/run/dock EVIDENCE_Dock__Clearing=true EVIDENCE_Dock__ReserveMiB=64 "
            + $"EVIDENCE_Dock__Server={_installation.Api} && exec '{Installation.Executable}' dock --code {code}",
            Token);

        await DockAndPullAsync(port: 3, "U000001", exfat: false);
        await DockAndPullAsync(port: 4, "U000002", exfat: true);

        // Nobody is assigned to the second recorder: its footage is as safe, but not accepted until somebody is.
        Assert.All(await ItemsAsync("dev-U000001"), i => Assert.Equal("sealed", i.State));
        Assert.All(await ItemsAsync("dev-U000002"), i => Assert.Equal("quarantined", i.State));
        await AssignAsync("dev-U000002");
        Assert.All(await ItemsAsync("dev-U000002"), i => Assert.Equal("sealed", i.State));

        await dock.SignalAsync("TERM", Token);
        await dock.WaitAsync(Step, Token);
    }

    public async ValueTask InitializeAsync()
    {
        _installation = await Installation.CreateAsync("usb-recorder");
        _server = _installation.Start("serve");
        _vm = await RigVm.StartAsync(
            new RigOptions { ForwardedPorts = [_installation.Api.Port, _installation.VaultPort], LifeLimit = TimeSpan.FromMinutes(30) }, Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_vm is not null)
            await _vm.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        await _installation.DisposeAsync();
    }

    private async Task DockAndPullAsync(int port, string device, bool exfat)
    {
        var card = new Card(Path.Combine(_vm.ShareFolder, device), device, port);
        card.RecordSound(300_000);
        card.RecordSound(24 << 20);
        card.RecordSound(1_000_000);
        var image = Path.Combine(_vm.ShareFolder, device + ".img");
        if (exfat)
            await CardImage.CreateExfatAsync(_vm, image, card.Folder, 64, "BWC", Token);
        else
            await CardImage.CreateFat32Async(image, card.Folder, 64, "BWC", Token);

        await _vm.PlugAsync(port, image, "BWC-" + device, Token, SlowBytesPerSecond);
        // The large file has at least one verified chunk and is far from its end.
        await _vm.WaitUntilAsync("find /run/dock/dock/staging -name '*.bin*' -size +9M | grep -q .", Step, Token);
        await _vm.UnplugAsync(port, Token);
        await _vm.PlugAsync(port, image, "BWC-" + device, Token);

        IReadOnlyList<ItemLine> items = [];
        for (var waited = 0; items.Count < 3 || items.Any(i => i.State is not ("sealed" or "quarantined")); waited++)
        {
            Assert.True(waited < 300, $"{device} is not finished: {string.Join(", ", items.Select(i => i.State))}");
            await Task.Delay(1000, Token);
            items = await ItemsAsync("dev-" + device);
        }

        await _installation.AssertSealedOnceAsync("dev-" + device, card.Recorded, items);
        var large = items.Single(i => i.Files[0].Bytes > 20 << 20);
        Assert.Contains("Resumed", (await _installation.RunAsync(Step, "items", "custody", large.Item)).Output, StringComparison.Ordinal);
        await AssertClearedAsync(port, image, exfat);
    }

    /// <summary>The recorder's own copies are gone, seen by a mount of the test's own.</summary>
    private async Task AssertClearedAsync(int port, string image, bool exfat)
    {
        var left = await _vm.WaitUntilAsync(
            $"sync; mkdir -p /run/look && mount -t {(exfat ? "exfat" : "vfat")} -o ro $(readlink -f /sys/bus/usb/devices/1-{port}/*/host*/target*/*/block/* | sed 's#.*/#/dev/#' | head -1)1 /run/look "
            + "&& (find /run/look -type f | tee /dev/stderr | wc -l > /run/left); umount /run/look; test $(cat /run/left) = 0", Step, Token);
        Assert.DoesNotContain(".WAV", left, StringComparison.Ordinal);
        await _vm.UnplugAsync(port, Token);
    }

    private async Task<string> InviteAsync()
    {
        for (var tries = 0; ; tries++)
        {
            var (exitCode, text, error) = await _installation.RunAsync(Step, "docks", "invite");
            if (exitCode == 0)
                return text.Trim();
            Assert.True(tries < 60, error);
            await Task.Delay(1000, Token);
        }
    }

    private async Task AssignAsync(string recorder)
    {
        var (exitCode, _, error) = await _installation.RunAsync(
            Step, "recorders", "assign", recorder, "--officer", "000123", "--name", "王某", "--from", "2020-01-01T00:00:00+08:00");
        Assert.True(exitCode == 0, error);
    }

    private async Task<IReadOnlyList<ItemLine>> ItemsAsync(string recorder)
    {
        var (exitCode, output, error) = await _installation.RunAsync(Step, "items", "list", "--json", "--recorder", recorder);
        Assert.True(exitCode == 0, error);
        return ItemLine.Parse(output);
    }
}
