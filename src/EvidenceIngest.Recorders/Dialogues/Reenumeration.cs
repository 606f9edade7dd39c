using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Profiles;
using EvidenceIngest.Recorders.Profiles.Dialogue;

namespace EvidenceIngest.Recorders.Dialogues;

/// <summary>Awaits a device that leaves its port and comes back in the same one as something else.</summary>
internal sealed class Reenumeration(IUsbPorts ports, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <returns>What stands in the port then.</returns>
    /// <exception cref="RecorderGoneException">It left and did not come back in time; worth a retry when it is plugged again.</exception>
    /// <exception cref="RecorderRefusedException">It never left, or something else came.</exception>
    public async Task<UsbAttachment> AwaitAsync(UsbAttachment before, ReenumerateStep step, Transcript transcript, CancellationToken ct)
    {
        var wanted = new ProfileMatch("usb", step.UsbIds, step.InterfaceClass, null, false, 0);
        var started = time.GetTimestamp();
        UsbAttachment? now;
        while (true)
        {
            now = ports.At(before.Bay);
            if (now is not null && !now.IsSameAppearance(before) && wanted.Accepts(now))
                break;
            if (time.GetElapsedTime(started) >= step.Within)
                throw Missing(before, now, step);
            await Task.Delay(Look, time, ct);
        }

        BootRom.Refuse(now);
        transcript.Remark(step.Name, $"(came back as {now.VendorId:x4}:{now.ProductId:x4})");
        return now;
    }

    private static Exception Missing(UsbAttachment before, UsbAttachment? now, ReenumerateStep step)
    {
        var within = $"within {step.Within.TotalSeconds} s";
        return now is null
            ? new RecorderGoneException($"{before.Bay}: {step.Name}: left its port and did not come back {within}")
            : now.IsSameAppearance(before)
                ? new RecorderRefusedException(
                    $"{before.Bay}: {step.Name}: did not leave its port {within}",
                    "设备没有切换到磁盘模式，请拔下后重新插入；仍然如此请联系管理员。设备内的音像资料未受影响。")
                : new RecorderRefusedException(
                    $"{before.Bay}: {step.Name}: {now.VendorId:x4}:{now.ProductId:x4} came instead of {string.Join(", ", step.UsbIds.Select(i => $"{i.Vendor:x4}:{i.Product:x4}").Append(step.InterfaceClass))}",
                    "解锁过程中采集口里换成了另一台设备，请拔下后重新插入。");
    }
}
