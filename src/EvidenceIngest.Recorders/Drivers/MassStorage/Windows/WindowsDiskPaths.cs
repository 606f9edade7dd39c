using System.Globalization;
using System.Runtime.Versioning;
using EvidenceIngest.Recorders.Dialogues.Scsi;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Discovery.Windows;

namespace EvidenceIngest.Recorders.Drivers.MassStorage.Windows;

/// <summary>From a USB device down to its disks, and from those to their volumes. Never yet run on Windows.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsDiskPaths : IWindowsDiskPaths
{
    public IReadOnlyList<string> Of(UsbAttachment device) =>
        [.. Numbers(device).Select(n => string.Create(CultureInfo.InvariantCulture, $@"\\.\PhysicalDrive{n}"))];

    /// <summary>Volumes on the device's disks, such as \\?\Volume{…}\.</summary>
    public static IReadOnlyList<string> VolumesOf(UsbAttachment device)
    {
        var disks = Numbers(device);
        return disks.Count == 0 ? [] : [.. WindowsVolumes.All().Where(v => WindowsVolumes.DiskOf(v.TrimEnd('\\')) is { } disk && disks.Contains(disk)).Order(StringComparer.Ordinal)];
    }

    /// <summary>Whether the very plugging is still there.</summary>
    public static bool IsThere(UsbAttachment device) => device.Windows is { } windows
        && WindowsDevices.Find(windows.InstanceId) is { } node && WindowsDevices.ArrivedAt(node) == windows.ArrivedAt;

    private static List<uint> Numbers(UsbAttachment device) => device.Windows is { } windows && WindowsDevices.Find(windows.InstanceId) is { } node
        ?
        [
            .. WindowsDevices.Below(node).Select(n => WindowsDevices.Text(n, DevicePropertyKey.InstanceId)).OfType<string>().Where(UsbInstanceId.IsDisk)
                .SelectMany(id => WindowsDevices.Interfaces(id, WindowsDevices.Disks)).Select(WindowsVolumes.DiskOf).OfType<uint>().Distinct().Order(),
        ]
        : [];
}
