using System.Runtime.Versioning;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Recorders.Cards;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Profiles;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Recorders.Drivers.MassStorage;

/// <summary>Recorders and card readers that the kernel shows as USB disks. Linux; mounting needs CAP_SYS_ADMIN.</summary>
[SupportedOSPlatform("linux")]
internal sealed class UsbDisks(MountFolder mounts, TimeZoneInfo agencyZone, TimeProvider time, ILogger<UsbDisks> log) : ICardSource
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    public string DriverName => "mass-storage";

    public async Task<ICardMedium> OpenAsync(RecorderAttachment attachment, HardwareProfile profile, CancellationToken ct)
    {
        var usb = (UsbAttachment)attachment;
        var presence = UsbPresence.Of(usb.SysfsPath ?? "") ?? throw Gone(usb);
        var disks = await WaitForDisksAsync(usb, presence, profile.ReadyWithin, ct);
        try
        {
            return await Task.Run(() => Mount(usb, presence, disks), ct);
        }
        catch (CardIoException e) when (!presence.IsThere() || Linux.MeansGone(e.Errno))
        {
            throw Gone(usb, e);
        }
        catch (CardIoException e)
        {
            throw Refusal(usb, e);
        }
        catch (RecorderRefusedException e) when (!presence.IsThere())
        {
            throw Gone(usb, e);
        }
    }

    /// <summary>Done when two looks in a row see the same: the kernel adds slots and partitions one by one.</summary>
    private async Task<IReadOnlyList<UsbDisk>> WaitForDisksAsync(
        UsbAttachment usb, UsbPresence presence, TimeSpan readyWithin, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var before = "";
        while (true)
        {
            if (!presence.IsThere())
                throw Gone(usb);
            var disks = UsbBlockDevices.Find(usb.SysfsPath!);
            var seen = string.Join(' ', disks.SelectMany(d => d.Volumes.Append(d.Whole)));
            if (seen == before && disks.Any(d => d.HasMedium))
                return [.. disks.Where(d => d.HasMedium)];
            before = seen;
            if (time.GetElapsedTime(started) > readyWithin)
            {
                throw disks.Count > 0
                    ? new RecorderRefusedException($"{usb.Bay}: no slot holds a card", "设备中没有存储卡，请插入存储卡后重新放入采集口。")
                    : new RecorderRefusedException(
                        $"{usb.Bay}: no disk appeared within {readyWithin.TotalSeconds} s", "设备没有显示为磁盘，请重新插入；仍然如此请联系管理员。");
            }

            await Task.Delay(Look, time, ct);
        }
    }

    private UsbDiskMedium Mount(UsbAttachment usb, UsbPresence presence, IReadOnlyList<UsbDisk> disks)
    {
        var volumes = new List<VolumeMount>();
        var findings = new List<Finding>();
        mounts.TakeIntoUse();
        if (disks.FirstOrDefault(d => MountTable.IsUsed(d)) is { } used)
            throw new CardIoException("mount", "/dev/" + used.Whole.Name, Linux.Busy);
        try
        {
            foreach (var (device, disk) in disks.SelectMany(d => d.Volumes.Select(v => (v, d.Whole))))
            {
                if (Mount(device, disk, mounts.TargetFor(usb.Bay.Value, volumes.Count + 1), findings) is { } volume)
                    volumes.Add(volume);
            }

            return volumes.Count > 0
                ? new UsbDiskMedium(usb.Bay.Value, volumes, findings, presence, log)
                : throw new RecorderRefusedException(
                    $"{usb.Bay}: {string.Join("; ", findings.Select(f => f.Detail))}",
                    "存储介质的文件系统无法识别或已损坏，请勿格式化，联系管理员处理。");
        }
        catch
        {
            volumes.ForEach(volume => volume.Unmount(evenIfBusy: true));
            throw;
        }
    }

    /// <summary>Null when this volume can't be read, which is a finding: the others of the device still can.</summary>
    private VolumeMount? Mount(BlockDevice device, BlockDevice disk, string target, List<Finding> findings)
    {
        try
        {
            var format = VolumeMount.Probe(device);
            if (format.FileSystem is not null)
            {
                var offset = agencyZone.GetUtcOffset(time.GetUtcNow());
                var volume = new VolumeMount(device, disk, format, target, (int)offset.TotalMinutes);
                volume.Mount(writable: false);
                return volume;
            }

            findings.Add(new Finding(FindingCode.Unreadable, $"volume {device.Name} holds no FAT or exFAT file system"));
        }
        catch (CardIoException e) when (!IsAboutUs(e.Errno))
        {
            findings.Add(new Finding(FindingCode.Unreadable, $"volume {device.Name}: {e.Message}"));
        }

        return null;
    }

    /// <summary>Rights, another program, or the whole device gone: no fault of this one volume.</summary>
    private static bool IsAboutUs(int errno) =>
        errno is Linux.PermissionNeeded or Linux.AccessDenied or Linux.Busy || Linux.MeansGone(errno);

    private static RecorderGoneException Gone(UsbAttachment usb, Exception? cause = null) =>
        new($"{usb.Bay}: the recorder left its bay{(cause is null ? "" : ": " + cause.Message)}", cause);

    private static RecorderRefusedException Refusal(UsbAttachment usb, CardIoException e) => e.Errno switch
    {
        Linux.PermissionNeeded or Linux.AccessDenied => new RecorderRefusedException(
            $"{usb.Bay}: {e.Message}; mounting needs root or CAP_SYS_ADMIN", "采集站服务没有挂载存储介质的权限，请联系系统管理员。"),
        Linux.Busy => new RecorderRefusedException(
            $"{usb.Bay}: {e.Message}; another program has mounted it", "存储介质被本机其他程序占用，请联系系统管理员关闭自动挂载。"),
        _ => new RecorderRefusedException(
            $"{usb.Bay}: {e.Message}", "存储介质无法读取，请勿格式化，重新插入；仍然如此请联系管理员。"),
    };
}
