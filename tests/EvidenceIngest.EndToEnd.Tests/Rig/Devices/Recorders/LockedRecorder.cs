namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices.Recorders;

/// <summary>
/// A recorder of no real make, for whatever all locked ones share. Class FF/42/01. Control 40/51 takes the password, and
/// stalls when it is wrong; C0/52 reads two bytes: 0 locked, 1 open, 2 locked out, then how many wrong ones are left.
/// The right password makes it a disk.
/// </summary>
internal sealed class LockedRecorder(UsbIdentity identity, UnlockPlan unlock, UsbSpeed speed = UsbSpeed.High)
    : SimulatedDevice(identity, Shape, speed)
{
    private static readonly UsbInterface Shape = new(0xFF, 0x42, 0x01, 0x01, 0x81);

    private bool _open;

    public override void Restart() => _open = false;

    public override ValueTask<UsbReply> BulkInAsync(byte endpoint, int length, CancellationToken ct) => SilenceAsync(ct);

    protected override async ValueTask<UsbReply> AnswerControlAsync(UsbSetup setup, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        await unlock.HearAsync(Cable, ct);
        switch (setup.RequestType, setup.Request)
        {
            case (0x40, 0x51):
                _open = unlock.Try(data.Span);
                if (!_open)
                    return UsbReply.Stalled;
                Cable.LeaveSoon(unlock.Disk);
                return UsbReply.Done;
            case (0xC0, 0x52):
                var left = (byte)Math.Clamp(unlock.WrongAllowed - unlock.Wrong, 0, 255);
                byte[] state = [(byte)(unlock.LockedOut ? 2 : _open ? 1 : 0), left];
                return UsbReply.Sends(state.AsMemory(0, Math.Min(state.Length, (int)setup.Length)));
            default:
                return UsbReply.Stalled;
        }
    }
}
