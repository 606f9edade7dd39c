using System.Globalization;
using System.Runtime.Versioning;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers.MassStorage;

namespace EvidenceIngest.Recorders.Dialogues.Scsi;

/// <summary>A USB device's logical units by sysfs: /dev/sgN where the kernel has them, else the disks.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxScsiDevices : IScsiDevices
{
    public IReadOnlyList<IScsiDevice> Open(UsbAttachment device)
    {
        var opened = new List<IScsiDevice>();
        try
        {
            foreach (var (name, major, minor) in device.SysfsPath is { Length: > 0 } folder ? Nodes(folder) : [])
                opened.Add(LinuxScsiDevice.Open(name, major, minor));
            return opened;
        }
        catch
        {
            opened.ForEach(d => d.Dispose());
            throw;
        }
    }

    internal static IReadOnlyList<(string Name, uint Major, uint Minor)> Nodes(string usbDevice)
    {
        // interface (1-2:1.0) / host6 / target6:0:0 / 6:0:0:LUN / scsi_generic / sg3
        List<(string, uint, uint)> generic =
        [
            .. Below(usbDevice, "*:*").SelectMany(i => Below(i, "host*")).SelectMany(h => Below(h, "target*")).SelectMany(t => Below(t, "*:*"))
                .SelectMany(unit => Below(Path.Combine(unit, "scsi_generic"), "sg*")).Select(Numbers).OfType<(string, uint, uint)>(),
        ];
        return generic.Count > 0 ? generic : [.. UsbBlockDevices.Find(usbDevice).Select(d => (d.Whole.Name, d.Whole.Major, d.Whole.Minor))];
    }

    private static (string, uint, uint)? Numbers(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "dev")).Trim().Split(':') is [var major, var minor]
                && uint.TryParse(major, CultureInfo.InvariantCulture, out var one) && uint.TryParse(minor, CultureInfo.InvariantCulture, out var two)
                    ? (Path.GetFileName(folder), one, two)
                    : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string[] Below(string folder, string pattern)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(folder, pattern).Order(StringComparer.Ordinal)];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
