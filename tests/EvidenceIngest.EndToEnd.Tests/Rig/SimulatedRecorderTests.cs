using EvidenceIngest.EndToEnd.Tests.Rig.Devices;
using EvidenceIngest.EndToEnd.Tests.Rig.Devices.Recorders;
using EvidenceIngest.EndToEnd.Tests.Rig.Devices.Redirection;

namespace EvidenceIngest.EndToEnd.Tests.Rig;

/// <summary>
/// Locked recorders, spoken to by the guest's own <c>/opt/rig/usb</c>: through the kernel's real USB and SCSI layers, but
/// not through the dock's drivers.
/// </summary>
[Collection(nameof(SimulatedBench))]
public sealed class SimulatedRecorderTests(SimulatedBench bench) : IAsyncDisposable
{
    private const string Password = "12345678";
    private const string DiskIds = "070a:4026";
    private static readonly UsbIdentity Locked = new(0x1209, 0x0001, "Rig", "Locked recorder", "L-1");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_locked_recorder_comes_back_as_a_disk_on_the_same_port()
    {
        var recorder = new LockedRecorder(Locked, Plan("A9-0001"));
        var port = await PlugAsync("1", recorder);
        Assert.Equal("1209 ff", $"{await bench.AttributeAsync("1", "idVendor")} {await bench.AttributeAsync("1", "1-1:1.0/bInterfaceClass")}");
        Assert.Empty(recorder.Transcript.VendorCommands);

        await bench.SayAsync($"control 1-1 40 51 0 0 {Hex(Password)}");

        await bench.IdsAppearAsync("1", DiskIds);
        Assert.Equal("A9-0001", await bench.AttributeAsync("1", "serial"));
        Assert.Equal(bench.VideoDigest, await bench.DigestAsync(await bench.DiskAsync("1")));
        Assert.Equal([$"control 40 51 0000 0000 {Hex(Password)}"], recorder.Transcript.VendorCommands);
        Assert.Equal("A9 Platform", await bench.AttributeAsync("1", "product"));
        Assert.NotSame(recorder, port.Device);
    }

    [Fact]
    public async Task JieLi_takes_its_commands_by_SCSI_and_comes_back_as_a_disk()
    {
        var info = new JieliInfo("J800000", "012345", "王某", "440100", "某某分局");
        var recorder = JieliRecorder.Create(JieliRecorder.Identity("JL-2"), Password, info, bench.Disk("A9-0002"));
        await PlugAsync("2", recorder);
        var disk = await bench.EmptyDiskAsync("2");
        Assert.Empty(recorder.Transcript.VendorCommands);
        Assert.Equal("0", await bench.SucceedAsync($"cat /sys/block/{disk}/size"));
        Assert.Equal("DV16 DEVICE V1.00", await bench.SucceedAsync($"cd /sys/block/{disk}/device && echo $(cat vendor model)"));

        Assert.Equal("01000000", await bench.SayAsync($"scsi {disk} {Jieli("FD81", "0C", "04")} read 4"));
        Assert.StartsWith(Hex("J800000" + "012345"), await bench.SayAsync($"scsi {disk} {Jieli("FD81", "03", "59")} read 89"), StringComparison.Ordinal);
        await bench.SayAsync($"scsi {disk} {Jieli("FB82", "05", "07")} write EA070305141E14");
        Assert.Equal("EA070305141E14", Convert.ToHexString(recorder.Clock!));
        await bench.SayAsync($"scsi {disk} {Jieli("FB82", "06", "00")} none");

        await bench.IdsAppearAsync("2", DiskIds);
        Assert.Equal(bench.VideoDigest, await bench.DigestAsync(await bench.DiskAsync("2")));
        Assert.Equal(4, recorder.Transcript.VendorCommands.Count);
    }

    [Fact]
    public async Task Ambarella_is_unlocked_by_lines_of_text()
    {
        var recorder = new AmbarellaTextRecorder(AmbarellaTextRecorder.Identity("AT-3"), "J800000", Plan("A9-0003"));
        await PlugAsync("3", recorder);

        Assert.Contains("Ver;OK", await LineAsync("1-3", "@Ver;8;00000000;#"), StringComparison.Ordinal);
        Assert.Contains(";J800000;", await LineAsync("1-3", $"@Gdv;8;{Password};#"), StringComparison.Ordinal);
        await LineAsync("1-3", $"@ATH;8;{Password};#");

        await bench.IdsAppearAsync("3", DiskIds);
        Assert.Equal(3, recorder.Transcript.VendorCommands.Count);
    }

    [Fact]
    public async Task Ambarella_of_the_same_id_is_unlocked_by_control_transfers()
    {
        var recorder = new AmbarellaControlRecorder(AmbarellaControlRecorder.Identity("AC-4"), Plan("A9-0004"));
        await PlugAsync("4", recorder);
        Assert.Equal(1, (await bench.TryAsync("/opt/rig/usb bulk 1-4 01 '@Ver;8;00000000;#' 81 64")).ExitCode);

        await bench.SayAsync($"control 1-4 40 55 0080 0 {Packet("A1120012" + Hex(Password))}");
        Assert.Equal("01", (await bench.SayAsync("control 1-4 C0 55 0080 0 10"))[4..6]);
        await bench.SayAsync($"control 1-4 40 50 0080 0 {Packet("A1230023")}");

        await bench.IdsAppearAsync("4", DiskIds);
    }

    [Fact]
    public async Task A_wrong_password_keeps_it_locked_and_too_many_lock_it_for_good()
    {
        await PlugAsync("5", new LockedRecorder(Locked, new UnlockPlan(Password, bench.Disk("A9-0005")) { WrongAllowed = 2 }));

        for (var attempt = 0; attempt < 2; attempt++)
        {
            var wrong = await bench.TryAsync($"/opt/rig/usb control 1-5 40 51 0 0 {Hex("00000000")}");
            Assert.Equal((1, "usb: control transfer: Broken pipe\n"), (wrong.ExitCode, wrong.Output)); // a stall
        }

        Assert.Equal(1, (await bench.TryAsync($"/opt/rig/usb control 1-5 40 51 0 0 {Hex(Password)}")).ExitCode);
        Assert.Equal("0200", await bench.SayAsync("control 1-5 C0 52 0 0 2"));
    }

    [Fact]
    public async Task A_recorder_may_disappear_in_the_middle_of_its_unlocking()
    {
        var port = await PlugAsync("6", new LockedRecorder(Locked, new UnlockPlan(Password, bench.Disk("A9-0006")) { PullAtCommand = 2 }));
        await bench.SayAsync("control 1-6 C0 52 0 0 2");

        var asked = await bench.TryAsync($"/opt/rig/usb control 1-6 40 51 0 0 {Hex(Password)}");

        Assert.Equal(1, asked.ExitCode);
        await bench.IsGoneAsync("6");
        Assert.Null(port.Device);
    }

    [Fact]
    public async Task A_recorder_may_go_to_disk_mode_and_never_come_back()
    {
        var port = await PlugAsync("7", new LockedRecorder(Locked, new UnlockPlan(Password, disk: null)));

        await bench.SayAsync($"control 1-7 40 51 0 0 {Hex(Password)}");

        await bench.IsGoneAsync("7");
        Assert.Null(port.Device);
    }

    [Fact]
    public async Task A_media_player_shows_itself_beside_the_simulated_devices()
    {
        var folder = Directory.CreateDirectory(Path.Combine(bench.Vm.ShareFolder, "mtp")).FullName;
        await bench.Vm.PlugMtpAsync("8", folder, "Body camera", Token);

        Assert.Equal("46f4:0004", $"{await bench.AttributeAsync("8", "idVendor")}:{await bench.AttributeAsync("8", "idProduct")}");
        Assert.Equal("06", await bench.AttributeAsync("8", "1-8:1.0/bInterfaceClass"));
        await bench.Vm.UnplugAsync("8", Token);
        await bench.IsGoneAsync("8");
    }

    [Fact]
    public async Task Descriptors_that_contradict_themselves_do_no_harm()
    {
        var honest = bench.Disk("A9-0009");
        byte[] lying = [.. honest.Descriptors.Configuration];
        lying[2] = 0xFF; // claims 255 bytes
        lying[9] = 0xC8; // the interface's own length reaches beyond the end
        var port = await bench.Vm.PlugAsync("9", new Descripted(honest.Descriptors with { Configuration = lying }), Token);
        await bench.Vm.WaitUntilAsync("dmesg | grep -q 'usb 1-9: New USB device\\|usb 1-9: can.t set config\\|usb 1-9: unable to\\|1-9: .*descriptor'", TimeSpan.FromMinutes(3), Token);

        await port.SwapAsync(bench.Disk("A9-0009"));
        Assert.Equal(bench.VideoDigest, await bench.DigestAsync(await bench.DiskAsync("9")));
    }

    /// <summary>Also tells when a model failed in a way that the guest couldn't see.</summary>
    public async ValueTask DisposeAsync() => await bench.Vm.UnplugAllAsync(CancellationToken.None);

    private static string Hex(string text) => Convert.ToHexString(System.Text.Encoding.ASCII.GetBytes(text));

    private static string Packet(string hex) => hex.PadRight(128, '0');

    private static string Jieli(string direction, string command, string length) => $"{direction}000000{command}00{length}0000000000000000";

    private UnlockPlan Plan(string serial) => new(Password, bench.Disk(serial));

    private async Task<RedirectedPort> PlugAsync(string port, SimulatedDevice device)
    {
        var cable = await bench.Vm.PlugAsync(port, device, Token);
        await bench.AttributeAsync(port, $"1-{port}:1.0/bInterfaceClass");
        return cable;
    }

    private async Task<string> LineAsync(string device, string line) => System.Text.Encoding.ASCII.GetString(
        Convert.FromHexString(await bench.SayAsync($"bulk {device} 01 '{line}' 81 64"))).TrimEnd('\0');

    /// <summary>A device that is nothing but its descriptors.</summary>
    private sealed class Descripted : SimulatedDevice
    {
        public Descripted(UsbDescriptors descriptors)
            : base(new UsbIdentity(0, 0, "", "", ""), new UsbInterface(0xFF, 0, 0), UsbSpeed.High) => Descriptors = descriptors;
    }
}
