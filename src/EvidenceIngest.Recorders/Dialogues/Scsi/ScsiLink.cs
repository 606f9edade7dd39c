using System.Text;
using EvidenceIngest.Recorders.Cards;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Dialogues.Scsi;

/// <summary>
/// SCSI commands to the one logical unit whose INQUIRY is the profile's. The type has no other constructor, so no vendor
/// command can come before that answer: FBh and FDh flash the firmware of other chips of the same maker.
/// </summary>
internal sealed class ScsiLink : IDeviceLink
{
    private const int InquiryBytes = 36;
    private const int VendorAt = 8;

    /// <summary>The kernel's error handling may take longer than the command's own limit.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan InquiryLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private readonly IScsiDevice _unit;
    private readonly UsbAttachment _device;
    private readonly TimeProvider _time;
    private Task _last = Task.CompletedTask;

    private ScsiLink(IScsiDevice unit, UsbAttachment device, TimeProvider time) => (_unit, _device, _time) = (unit, device, time);

    /// <returns>Null when no unit of the device gives the profile's INQUIRY; they got nothing else.</returns>
    public static async Task<ScsiLink?> OpenAsync(
        IScsiDevices devices, UsbAttachment device, HardwareProfile profile, TimeProvider time, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            ScsiLink? chosen = null;
            var units = OpenUnits(devices, device);
            foreach (var unit in units)
            {
                var link = new ScsiLink(unit, device, time);
                if (chosen is null && await link.HasInquiryAsync(profile.Dialogue!.Inquiry!, ct))
                    chosen = link;
                else
                    await link.DisposeAsync();
            }

            if (units.Count > 0)
                return chosen;
            if (time.GetElapsedTime(started) > profile.ReadyWithin)
                throw new DeviceTalkException($"no SCSI unit appeared within {profile.ReadyWithin.TotalSeconds} s");
            await Task.Delay(Look, time, ct);
        }
    }

    public async Task<ReadOnlyMemory<byte>> ExchangeAsync(Exchange exchange, TimeSpan timeout, CancellationToken ct)
    {
        var scsi = exchange as ScsiExchange ?? throw new ArgumentException("no SCSI command", nameof(exchange));
        // After a time-out the command may still be in the kernel; the next one waits for it within its own limit.
        await Ended(_last).WaitAsync(timeout + Grace, _time, ct);
        // A thread of its own: nothing can interrupt the call, and the pool's threads are others' too.
        var passing = Task.Factory.StartNew(
            () => _unit.Pass(scsi.Cdb.Span, scsi.Data.Span, scsi.Read, timeout),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _last = passing;
        try
        {
            return await passing.WaitAsync(timeout + Grace, _time, ct);
        }
        catch (TimeoutException e)
        {
            throw new DeviceTalkException("no answer to the SCSI command in time", e);
        }
        catch (CardIoException e)
        {
            throw Explained(_device, e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The handle is counted: a command that is still in the kernel keeps it until it ends.
        _unit.Dispose();
        await Task.CompletedTask;
    }

    private static async Task Ended(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static IReadOnlyList<IScsiDevice> OpenUnits(IScsiDevices devices, UsbAttachment device)
    {
        try
        {
            return devices.Open(device);
        }
        catch (CardIoException e)
        {
            throw Explained(device, e);
        }
    }

    private async Task<bool> HasInquiryAsync(string expected, CancellationToken ct)
    {
        try
        {
            var answer = await ExchangeAsync(new ScsiExchange(new byte[] { 0x12, 0, 0, 0, InquiryBytes, 0 }, default, InquiryBytes), InquiryLimit, ct);
            return Fits(answer.Span, expected);
        }
        catch (DeviceTalkException)
        {
            return false; // an empty slot or a unit that isn't one
        }
    }

    /// <summary>Vendor and product, or with the revision after them: which of the two a maker's tool shows differs. SPC-4, 6.6.2.</summary>
    internal static bool Fits(ReadOnlySpan<byte> answer, string expected)
    {
        if (answer.Length < InquiryBytes)
            return false;
        var wanted = Plain(Encoding.ASCII.GetBytes(expected));
        return Plain(answer[VendorAt..32]) == wanted || Plain(answer[VendorAt..InquiryBytes]) == wanted;
    }

    private static string Plain(ReadOnlySpan<byte> text) =>
        Encoding.Latin1.GetString(text).Replace(" ", "", StringComparison.Ordinal).Replace("\0", "", StringComparison.Ordinal).ToUpperInvariant();

    private static Exception Explained(UsbAttachment device, CardIoException e) => e.Errno switch
    {
        Linux.PermissionNeeded or Linux.AccessDenied => new RecorderRefusedException(
            $"{device.Bay}: {e.Message}; SCSI commands need access to /dev/sgN or CAP_SYS_RAWIO",
            "采集站服务没有向该设备发送命令的权限，请联系系统管理员安装设备访问规则。"),
        _ when Linux.MeansGone(e.Errno) => new RecorderGoneException($"{device.Bay}: the recorder left its port: {e.Message}", e),
        _ => new DeviceTalkException(e.Message, e),
    };
}
