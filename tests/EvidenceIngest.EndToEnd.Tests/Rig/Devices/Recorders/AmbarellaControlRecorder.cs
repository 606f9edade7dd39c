namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices.Recorders;

/// <summary>
/// The other 4255:0001, unlocked by control transfers of 64 bytes. Documented by alexankitty/Ambarella-A9-Body-Cam-Automation:
/// requests 55 and 50 with value 0080, their opening bytes, byte 2 of the ten-byte answer, an OUT endpoint. Inferred: that
/// the answer's other bytes are zero, that disk mode stalls before the password, and silence on the bulk endpoints.
/// </summary>
internal sealed class AmbarellaControlRecorder(UsbIdentity identity, UnlockPlan unlock, UsbSpeed speed = UsbSpeed.High)
    : SimulatedDevice(identity, Shape, speed)
{
    private const int PacketBytes = 64;
    private const ushort Value = 0x0080;
    private static readonly UsbInterface Shape = new(0xFF, 0x00, 0x00, 0x01, 0x81);

    private bool _open;

    private static ReadOnlySpan<byte> PasswordHead => [0xA1, 0x12, 0x00, 0x12];

    private static ReadOnlySpan<byte> DiskModeHead => [0xA1, 0x23, 0x00, 0x23];

    public static UsbIdentity Identity(string serial) => new(0x4255, 0x0001, "Ambarella", "A9 Platform", serial);

    public override void Restart() => _open = false;

    public override async ValueTask<UsbReply> BulkOutAsync(byte endpoint, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        Transcript.Bulk(endpoint, data.Span);
        return UsbReply.Done; // taken and not understood
    }

    public override ValueTask<UsbReply> BulkInAsync(byte endpoint, int length, CancellationToken ct) => SilenceAsync(ct);

    protected override async ValueTask<UsbReply> AnswerControlAsync(UsbSetup setup, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        if (setup.Value != Value || setup.Index != 0)
            return UsbReply.Stalled;
        await unlock.HearAsync(Cable, ct);
        return (setup.RequestType, setup.Request) switch
        {
            (0x40, 0x55) => TakePassword(data.Span),
            (0xC0, 0x55) => UsbReply.Sends(State().AsMemory(0, Math.Min(10, (int)setup.Length))),
            (0x40, 0x50) => TakeDiskMode(data.Span),
            _ => UsbReply.Stalled,
        };
    }

    private UsbReply TakePassword(ReadOnlySpan<byte> packet)
    {
        if (packet.Length != PacketBytes || !packet.StartsWith(PasswordHead))
            return UsbReply.Stalled;
        _open = unlock.Try(packet[4..].TrimEnd((byte)0));
        return UsbReply.Done; // the answer is read separately
    }

    private byte[] State() => [0xA1, 0x12, (byte)(_open ? 1 : 0), 0, 0, 0, 0, 0, 0, 0];

    private UsbReply TakeDiskMode(ReadOnlySpan<byte> packet)
    {
        if (!_open || packet.Length != PacketBytes || !packet.StartsWith(DiskModeHead))
            return UsbReply.Stalled;
        Cable.LeaveSoon(unlock.Disk);
        return UsbReply.Done;
    }
}
