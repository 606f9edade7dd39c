using System.Text;
using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Recorders.Cards;

/// <summary>What the walk and the file system have in common: names for libc, and what a stat tells.</summary>
internal static class PosixFiles
{
    public static readonly int FolderFlags =
        Libc.OpenFolder | Libc.OpenNoFollow | Libc.OpenCloseOnExec | Libc.OpenNonBlocking;

    public static byte[] Terminated(ReadOnlySpan<byte> name) => [.. name, 0];

    public static byte[] Terminated(string name) => Terminated(Encoding.UTF8.GetBytes(name));

    public static bool TryStat(SafeFileHandle folder, byte[] terminatedName, out LinuxStat stat) =>
        Libc.Stat(folder, terminatedName, Libc.StatNoFollow | Libc.StatNoAutomount, Libc.StatBasic, out stat) == 0;

    public static bool TryStat(SafeFileHandle handle, out LinuxStat stat) =>
        Libc.Stat(handle, [0], Libc.StatEmptyPath, Libc.StatBasic, out stat) == 0;

    public static FileIdentity IdentityOf(in LinuxStat stat) => new(
        FolderIdentity.Of(stat),
        (long)stat.Size,
        TimeOf(stat.Modified),
        unchecked((stat.Modified.Seconds * 1_000_000_000) + stat.Modified.Nanoseconds),
        unchecked((stat.Changed.Seconds * 1_000_000_000) + stat.Changed.Nanoseconds));

    public static DateTimeOffset? TimeOf(LinuxTime time) =>
        time.Seconds >= DateTimeOffset.MinValue.ToUnixTimeSeconds() && time.Seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(time.Seconds).AddTicks(time.Nanoseconds / 100)
            : null;
}

/// <summary>Which folder or file it is, whatever its name and content.</summary>
internal readonly record struct FolderIdentity(ulong Device, ulong Inode)
{
    public static FolderIdentity Of(in LinuxStat stat) => new(((ulong)stat.DeviceMajor << 32) | stat.DeviceMinor, stat.Inode);

    /// <summary>The folder that an absolute path leads to, through links; null when there is none.</summary>
    public static FolderIdentity? At(string path)
    {
        const int currentFolder = -100; // AT_FDCWD: unused, as the path is absolute
        using var nowhere = new SafeFileHandle(currentFolder, ownsHandle: false);
        var found = Libc.Stat(nowhere, PosixFiles.Terminated(path), 0, Libc.StatBasic, out var stat) == 0;
        return found && stat.IsFolder ? Of(stat) : null;
    }
}
