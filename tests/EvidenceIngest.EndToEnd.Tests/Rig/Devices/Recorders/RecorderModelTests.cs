using System.Text;
using EvidenceIngest.EndToEnd.Tests.Rig.Devices.Storage;

namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices.Recorders;

/// <summary>The models against the facts they were written from, byte by byte, without a guest.</summary>
public sealed class RecorderModelTests
{
    private const string PasswordPacket = "A1120012";

    private readonly FakeCable _cable = new();
    private readonly SimulatedDevice _disk = new MassStorageDevice(
        new UsbIdentity(0x070A, 0x4026, "AmbarellaInc", "A9 Platform", "1"), new ScsiDisk("A", "B", null, DiskFaults.None));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ambarella_text_answers_its_lines_and_becomes_a_disk()
    {
        var recorder = Connected(new AmbarellaTextRecorder(AmbarellaTextRecorder.Identity("T1"), "J800000", Plan()));

        Assert.Contains("Ver;OK", await SayAsync(recorder, "@Ver;8;00000000;#"), StringComparison.Ordinal);
        Assert.Equal("J800000", (await SayAsync(recorder, "@Gdv;8;12345678;#")).Split(';')[2]);
        await SayAsync(recorder, "@Sdt;8;20260305;#");
        await SayAsync(recorder, "@Stm;6;14302000;#");
        Assert.Equal(("20260305", "14302000"), (recorder.Date, recorder.Time));
        Assert.Contains("ERROR", await SayAsync(recorder, "@ATH;8;00000000;#"), StringComparison.Ordinal);
        Assert.False(_cable.Left);

        Assert.Contains("OK", await SayAsync(recorder, "@ATH;8;12345678;#"), StringComparison.Ordinal);
        Assert.Same(_disk, _cable.Successor);
        Assert.Equal(6, recorder.Transcript.VendorCommands.Count);
        Assert.Equal("bulk 01 @Ver;8;00000000;#", recorder.Transcript.VendorCommands[0]);
    }

    [Fact]
    public async Task Ambarella_control_opens_with_the_password_and_becomes_a_disk()
    {
        var recorder = Connected(new AmbarellaControlRecorder(AmbarellaControlRecorder.Identity("C1"), Plan()));

        Assert.Equal(0, (await StateAsync(recorder))[2]);
        Assert.Equal(UsbStatus.Stalled, (await SendAsync(recorder, 0x50, "A1230023")).Status);
        await SendAsync(recorder, 0x55, PasswordPacket + "3030303030303030");
        Assert.Equal(0, (await StateAsync(recorder))[2]);
        await SendAsync(recorder, 0x55, PasswordPacket + "3132333435363738");
        Assert.Equal(1, (await StateAsync(recorder))[2]);
        Assert.False(_cable.Left);

        Assert.Equal(UsbStatus.Done, (await SendAsync(recorder, 0x50, "A1230023")).Status);
        Assert.Same(_disk, _cable.Successor);
    }

    [Fact]
    public async Task The_two_recorders_of_one_id_give_each_others_probes_no_answer()
    {
        var text = Connected(new AmbarellaTextRecorder(AmbarellaTextRecorder.Identity("T1"), "J800000", Plan()));
        var control = Connected(new AmbarellaControlRecorder(AmbarellaControlRecorder.Identity("C1"), Plan()));
        Assert.Equal(text.Descriptors.Device[8..12], control.Descriptors.Device[8..12]);

        Assert.Equal(UsbStatus.Stalled, (await text.ControlAsync(new UsbSetup(0xC0, 0x55, 0x80, 0, 10), default, Token)).Status);
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await control.BulkOutAsync(0x01, "@Ver;8;00000000;#"u8.ToArray(), Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await control.BulkInAsync(0x81, 64, limit.Token));
    }

    [Fact]
    public async Task JieLi_answers_its_commands_and_becomes_a_disk()
    {
        var info = new JieliInfo("J800000", "012345", "王某", "440100", "某某分局");
        var recorder = Connected(JieliRecorder.Create(JieliRecorder.Identity(""), "000000", info, _disk));
        var host = new StorageHost(recorder);

        var inquiry = Encoding.ASCII.GetString((await host.ReadAsync("120000002400", 36, Token)).Data[8..]);
        Assert.StartsWith("DV16DEVICEV1.00", inquiry.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal((byte)1, (await host.ReadAsync("25000000000000000000", 8, Token)).Status); // no medium
        Assert.Equal((byte)0, (await host.WriteAsync(Jieli(0xFB, 0x01, 0), [], Token)).Status);
        Assert.Equal("000000", Encoding.ASCII.GetString((await host.ReadAsync(Jieli(0xFD, 0x0D, 16), 16, Token)).Data).TrimEnd('\0'));
        Assert.Equal("01000000", Convert.ToHexString((await host.ReadAsync(Jieli(0xFD, 0x0C, 4), 4, Token)).Data));
        Assert.Equal(6, (await host.ReadAsync(Jieli(0xFD, 0x02, 6), 6, Token)).Data.Length);
        var told = (await host.ReadAsync(Jieli(0xFD, 0x03, 89), 89, Token)).Data;
        Assert.Equal("J800000" + "012345", Encoding.ASCII.GetString(told[..13]));
        Assert.Equal("CDF5C4B300", Convert.ToHexString(told[13..18])); // 王某 in GBK
        await host.WriteAsync(Jieli(0xFB, 0x05, 7), Convert.FromHexString("EA070305141E14"), Token);
        Assert.Equal("EA070305141E14", Convert.ToHexString(recorder.Clock!));
        Assert.False(_cable.Left);

        await host.WriteAsync(Jieli(0xFB, 0x06, 0), [], Token);
        Assert.Same(_disk, _cable.Successor);
        Assert.Equal("00000000", Convert.ToHexString((await host.ReadAsync(Jieli(0xFD, 0x0E, 4), 4, Token)).Data));
    }

    [Fact]
    public async Task JieLi_without_a_card_refuses_to_become_a_disk()
    {
        var recorder = Connected(JieliRecorder.Create(
            JieliRecorder.Identity(""), "000000", new JieliInfo("", "", "", "", ""), _disk, cardInside: false));
        var host = new StorageHost(recorder);

        Assert.Equal("00000000", Convert.ToHexString((await host.ReadAsync(Jieli(0xFD, 0x0C, 4), 4, Token)).Data));
        Assert.Equal((byte)1, (await host.WriteAsync(Jieli(0xFB, 0x06, 0), [], Token)).Status);
        Assert.Equal("01000000", Convert.ToHexString((await host.ReadAsync(Jieli(0xFD, 0x0E, 4), 4, Token)).Data));
        Assert.False(_cable.Left);
    }

    [Fact]
    public async Task After_too_many_wrong_passwords_the_right_one_is_refused_too()
    {
        var recorder = Connected(new LockedRecorder(
            new UsbIdentity(0x1209, 0x0001, "Rig", "Locked", "L1"), new UnlockPlan("12345678", _disk) { WrongAllowed = 2 }));

        Assert.Equal("0002", await LockAsync(recorder));
        Assert.Equal(UsbStatus.Stalled, (await PasswordAsync(recorder, "87654321")).Status);
        Assert.Equal("0001", await LockAsync(recorder));
        Assert.Equal(UsbStatus.Stalled, (await PasswordAsync(recorder, "1")).Status);
        Assert.Equal("0200", await LockAsync(recorder));

        Assert.Equal(UsbStatus.Stalled, (await PasswordAsync(recorder, "12345678")).Status);
        Assert.False(_cable.Left);
    }

    [Fact]
    public async Task A_recorder_may_go_at_any_command_of_its_unlocking()
    {
        var recorder = Connected(new LockedRecorder(
            new UsbIdentity(0x1209, 0x0001, "Rig", "Locked", "L1"), new UnlockPlan("12345678", _disk) { PullAtCommand = 2 }));
        await LockAsync(recorder);
        Assert.False(_cable.Pulled);

        var asked = PasswordAsync(recorder, "12345678", new CancellationTokenSource(TimeSpan.FromMilliseconds(100)).Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await asked);
        Assert.True(_cable.Pulled);
        Assert.False(_cable.Left);
    }

    private static string Jieli(byte direction, byte command, byte length) =>
        $"{direction:X2}{(direction == 0xFD ? 0x81 : 0x82):X2}000000{command:X2}00{length:X2}0000000000000000";

    private static async Task<string> SayAsync(SimulatedDevice recorder, string line)
    {
        Assert.Equal(UsbStatus.Done, (await recorder.BulkOutAsync(0x01, Encoding.ASCII.GetBytes(line), Token)).Status);
        var answer = (await recorder.BulkInAsync(0x81, 64, Token)).Data;
        Assert.Equal(64, answer.Length);
        return Encoding.ASCII.GetString(answer.Span).TrimEnd('\0');
    }

    private static ValueTask<UsbReply> SendAsync(SimulatedDevice recorder, byte request, string hex)
    {
        var packet = new byte[64];
        Convert.FromHexString(hex).CopyTo(packet, 0);
        return recorder.ControlAsync(new UsbSetup(0x40, request, 0x80, 0, 64), packet, Token);
    }

    private static async Task<byte[]> StateAsync(SimulatedDevice recorder)
    {
        var state = (await recorder.ControlAsync(new UsbSetup(0xC0, 0x55, 0x80, 0, 10), default, Token)).Data.ToArray();
        Assert.Equal(10, state.Length);
        return state;
    }

    private static async Task<string> LockAsync(SimulatedDevice recorder) =>
        Convert.ToHexString((await recorder.ControlAsync(new UsbSetup(0xC0, 0x52, 0, 0, 2), default, Token)).Data.Span);

    private static ValueTask<UsbReply> PasswordAsync(SimulatedDevice recorder, string password, CancellationToken? ct = null) => recorder.ControlAsync(
        new UsbSetup(0x40, 0x51, 0, 0, (ushort)password.Length), Encoding.ASCII.GetBytes(password), ct ?? Token);

    private UnlockPlan Plan() => new("12345678", _disk);

    private T Connected<T>(T recorder)
        where T : SimulatedDevice
    {
        recorder.Connect(_cable);
        return recorder;
    }
}
