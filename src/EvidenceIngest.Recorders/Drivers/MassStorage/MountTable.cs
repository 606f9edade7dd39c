using System.Globalization;
using System.Text;

namespace EvidenceIngest.Recorders.Drivers.MassStorage;

/// <param name="Device">major:minor.</param>
/// <param name="Target">Where it is mounted.</param>
/// <param name="Source">What was mounted; btrfs has a device number of its own, and only this tells its disk.</param>
internal sealed record MountEntry(string Device, string Target, string Source);

/// <summary>/proc/self/mountinfo, see proc(5).</summary>
internal static class MountTable
{
    private const string Source = "/proc/self/mountinfo";

    public static IReadOnlyList<MountEntry> Read() => Parse(File.ReadLines(Source));

    public static IReadOnlyList<MountEntry> Parse(IEnumerable<string> lines) =>
        [.. lines.Select(l => l.Split(' ')).Where(f => f.Length > 4)
            .Select(f => new MountEntry(f[2], Unescape(f[4]), Unescape(f.SkipWhile(x => x != "-").ElementAtOrDefault(2) ?? "")))];

    /// <summary>
    /// Whether any of the disk is mounted, or carries swap, LVM or encryption: then it is this machine's own, perhaps the one that
    /// it runs from. To be asked before anything is set on it, because mounting fails only after that.
    /// </summary>
    public static bool IsUsed(UsbDisk disk) => IsUsed(disk, Read(), File.ReadLines("/proc/swaps"), "/sys/class/block");

    public static bool IsUsed(UsbDisk disk, IReadOnlyList<MountEntry> mounts, IEnumerable<string> swaps, string blockDevices)
    {
        var parts = disk.Volumes.Append(disk.Whole).ToList();
        var swapping = swaps.Select(line => line.Split(' ', '\t')[0]).ToHashSet(StringComparer.Ordinal);
        return parts.Exists(part => mounts.Any(m => m.Device == DeviceText(part) || m.Source == "/dev/" + part.Name)
            || swapping.Contains("/dev/" + part.Name)
            || (Path.Combine(blockDevices, part.Name, "holders") is var holders
                && Directory.Exists(holders) && Directory.EnumerateFileSystemEntries(holders).Any()));
    }

    /// <summary>Blanks, tabs, line ends and backslashes stand as \ooo.</summary>
    private static string Unescape(string field)
    {
        if (!field.Contains('\\', StringComparison.Ordinal))
            return field;
        var bytes = new List<byte>();
        var raw = Encoding.UTF8.GetBytes(field);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] == (byte)'\\' && i + 3 < raw.Length)
            {
                bytes.Add((byte)(((raw[i + 1] - '0') << 6) | ((raw[i + 2] - '0') << 3) | (raw[i + 3] - '0')));
                i += 3;
            }
            else
            {
                bytes.Add(raw[i]);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    public static string DeviceText(BlockDevice device) =>
        string.Create(CultureInfo.InvariantCulture, $"{device.Major}:{device.Minor}");
}
