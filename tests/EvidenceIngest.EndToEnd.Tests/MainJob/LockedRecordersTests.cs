using EvidenceIngest.EndToEnd.Tests.Rig.Devices.Recorders;
using EvidenceIngest.EndToEnd.Tests.Rig.Devices.Storage;

namespace EvidenceIngest.EndToEnd.Tests.MainJob;

/// <summary>
/// Recorders that hide their footage until they are spoken to, and one that shows it by MTP: all of them at once, by the
/// shipped profiles.
/// </summary>
[Collection(nameof(DockStation))]
public sealed class LockedRecordersTests(DockStation station) : IAsyncDisposable
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Locked_recorders_and_an_MTP_recorder_are_offloaded_by_their_profiles()
    {
        var jieli = JieliRecorder.Create(
            JieliRecorder.Identity("JL-1"), DockStation.Password, new JieliInfo("JL00001", "000123", "王某", "440100", "交通执法一队"),
            await DiskAsync("L000001"));
        var text = new AmbarellaTextRecorder(
            AmbarellaTextRecorder.Identity("AT-1"), "L000002", new UnlockPlan(DockStation.Password, await DiskAsync("L000002")));
        var control = new AmbarellaControlRecorder(
            AmbarellaControlRecorder.Identity("AC-1"), new UnlockPlan(DockStation.Password, await DiskAsync("L000003")));
        station.NewCard("M000004", 300_000, 3_000_000);

        await station.Vm.PlugAsync("3", jieli, Token);
        await station.Vm.PlugAsync("4", text, Token);
        await station.Vm.PlugAsync("5", control, Token);
        await station.Vm.PlugMtpAsync("6", Path.Combine(station.Vm.ShareFolder, "M000004"), "RIG-MTP", Token);

        foreach (var device in new[] { "L000001", "L000002", "L000003", "M000004" })
            await station.AssertSealedAsync(device);
    }

    /// <summary>Also tells when a model failed in a way that the guest couldn't see.</summary>
    public async ValueTask DisposeAsync() => await station.Vm.UnplugAllAsync(CancellationToken.None);

    private async Task<MassStorageDevice> DiskAsync(string device) =>
        DockStation.Disk(device, await station.ImageAsync(station.NewCard(device, 300_000, 3_000_000), device), writeProtected: true);
}
