using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Recorders.Cards;

/// <summary>
/// The few libc calls that .NET has no equivalent for: names as bytes, opening relative to a folder, never following links.
/// Linux on x86-64 and arm64; <c>getdents64</c> needs glibc 2.30 or musl.
/// </summary>
internal static partial class Libc
{
    public const int OpenNonBlocking = 0x800;
    public const int OpenNoAccessTime = 0x40000;
    public const int OpenCloseOnExec = 0x80000;
    public const int StatNoFollow = 0x100;
    public const int StatNoAutomount = 0x800;
    public const int StatEmptyPath = 0x1000;
    public const uint StatBasic = 0x7ff;

    /// <summary>open(2) takes other bits for these two on ARM.</summary>
    public static readonly int OpenFolder = OnArm ? 0x4000 : 0x10000;

    public static readonly int OpenNoFollow = OnArm ? 0x8000 : 0x20000;

    private const string Library = "libc";

    private static bool OnArm => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial SafeFileHandle Open(ReadOnlySpan<byte> path, int flags, int mode);

    [LibraryImport(Library, EntryPoint = "openat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial SafeFileHandle OpenAt(SafeFileHandle folder, ReadOnlySpan<byte> name, int flags, int mode);

    [LibraryImport(Library, EntryPoint = "getdents64", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint ReadFolder(SafeFileHandle folder, Span<byte> buffer, nuint bytes);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Stat(SafeFileHandle folder, ReadOnlySpan<byte> name, int flags, uint mask, out LinuxStat stat);

    [LibraryImport(Library, EntryPoint = "unlinkat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int UnlinkAt(SafeFileHandle folder, ReadOnlySpan<byte> name, int flags);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Sync(SafeFileHandle folder);

    [LibraryImport(Library, EntryPoint = "syncfs", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int SyncFileSystem(SafeFileHandle anyOfIt);
}

/// <summary>struct statx: the same on every architecture, unlike struct stat.</summary>
[StructLayout(LayoutKind.Sequential, Size = 256)]
internal struct LinuxStat
{
    public uint Mask;
    public uint BlockBytes;
    public ulong Attributes;
    public uint Links;
    public uint User;
    public uint Group;
    public ushort Mode;
    public ushort Reserved;
    public ulong Inode;
    public ulong Size;
    public ulong Blocks;
    public ulong AttributesMask;
    public LinuxTime Accessed;
    public LinuxTime Born;
    public LinuxTime Changed;
    public LinuxTime Modified;
    public uint SpecialMajor;
    public uint SpecialMinor;
    public uint DeviceMajor;
    public uint DeviceMinor;

    private const int TypeMask = 0xf000;

    public readonly bool IsFile => (Mode & TypeMask) == 0x8000;

    public readonly bool IsFolder => (Mode & TypeMask) == 0x4000;

    public readonly bool IsLink => (Mode & TypeMask) == 0xa000;

    public readonly bool IsCharacterDevice => (Mode & TypeMask) == 0x2000;

    public readonly bool IsBlockDevice => (Mode & TypeMask) == 0x6000;
}

[StructLayout(LayoutKind.Sequential)]
internal struct LinuxTime
{
    public long Seconds;
    public uint Nanoseconds;
    public int Reserved;
}
