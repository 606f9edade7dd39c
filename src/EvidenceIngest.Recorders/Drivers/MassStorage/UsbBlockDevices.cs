using System.Globalization;
using System.Text.RegularExpressions;

namespace EvidenceIngest.Recorders.Drivers.MassStorage;

/// <summary>A disk that a USB device shows; a card reader shows one for each slot.</summary>
/// <param name="Whole">The disk itself.</param>
/// <param name="Lun">Logical unit number: the slot.</param>
/// <param name="Partitions">In order of their numbers; empty when the disk has no partition table.</param>
internal sealed record UsbDisk(BlockDevice Whole, int Lun, IReadOnlyList<BlockDevice> Partitions)
{
    /// <summary>False for a slot without a card.</summary>
    public bool HasMedium => Whole.Sectors > 0;

    /// <summary>What may carry a file system. Two sectors are the shell of an extended partition.</summary>
    public IEnumerable<BlockDevice> Volumes => Partitions.Count == 0 ? [Whole] : Partitions.Where(p => p.Sectors > 2);
}

/// <param name="Name">Kernel name, e.g. sda1.</param>
/// <param name="Major">Device number.</param>
/// <param name="Minor">Device number.</param>
/// <param name="Sectors">Of 512 bytes, whatever the medium's own sectors are.</param>
internal sealed record BlockDevice(string Name, uint Major, uint Minor, long Sectors);

/// <summary>Finds the disks of one USB device below its folder in sysfs. Reads a few small kernel files, never the device.</summary>
internal static partial class UsbBlockDevices
{
    /// <returns>In order of interface, slot and name; incomplete while the kernel still scans the device.</returns>
    public static IReadOnlyList<UsbDisk> Find(string usbDevice) =>
    [
        // interface (1-2:1.0) / host6 / target6:0:0 / 6:0:0:LUN / block / sda
        .. Subfolders(usbDevice)
            .SelectMany(i => Below(i, "host*")).SelectMany(h => Below(h, "target*")).SelectMany(Subfolders)
            .SelectMany(unit => Below(Path.Combine(unit, "block"), "*").Select(disk => (Lun: LunOf(unit), Disk: disk)))
            .Select(d => DiskAt(d.Disk, d.Lun)).OfType<UsbDisk>()
            .OrderBy(d => d.Lun).ThenBy(d => d.Whole.Name.Length).ThenBy(d => d.Whole.Name, StringComparer.Ordinal),
    ];

    private static UsbDisk? DiskAt(string folder, int lun) => DeviceAt(folder) is { } whole
        ? new UsbDisk(whole, lun,
            [.. Subfolders(folder).Where(p => File.Exists(Path.Combine(p, "partition")))
                .OrderBy(p => Number(Path.Combine(p, "partition"))).Select(DeviceAt).OfType<BlockDevice>()])
        : null;

    /// <summary>Null when it vanished meanwhile.</summary>
    private static BlockDevice? DeviceAt(string folder)
    {
        var numbers = Text(Path.Combine(folder, "dev")).Split(':');
        return numbers.Length == 2
            && uint.TryParse(numbers[0], CultureInfo.InvariantCulture, out var major)
            && uint.TryParse(numbers[1], CultureInfo.InvariantCulture, out var minor)
                ? new BlockDevice(Path.GetFileName(folder), major, minor, Number(Path.Combine(folder, "size")))
                : null;
    }

    private static int LunOf(string unit) => AddressPattern().Match(Path.GetFileName(unit)) is { Success: true } address
        ? int.Parse(address.Groups["lun"].Value, CultureInfo.InvariantCulture)
        : int.MaxValue;

    private static long Number(string file) => long.TryParse(Text(file), CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static string Text(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string[] Subfolders(string folder) => Below(folder, "*");

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

    [GeneratedRegex(@"\A[0-9]+:[0-9]+:[0-9]+:(?<lun>[0-9]+)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex AddressPattern();
}
