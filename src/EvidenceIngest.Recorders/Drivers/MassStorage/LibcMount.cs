using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Recorders.Drivers.MassStorage;

/// <summary>mount(2) and what belongs to it; no process is started, no shell, no path looked up.</summary>
internal static partial class LibcMount
{
    public const ulong ReadOnly = 1;
    public const ulong NoSetUser = 2;
    public const ulong NoDevices = 4;
    public const ulong NoExecution = 8;
    public const ulong NoAccessTime = 1024;

    public const int DetachLazily = 2;
    public const int NoFollow = 8;

    /// <summary>BLKROSET.</summary>
    public const ulong SetReadOnly = 0x125d;

    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "mount", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Mount(
        ReadOnlySpan<byte> device, ReadOnlySpan<byte> target, ReadOnlySpan<byte> fileSystem, ulong flags, ReadOnlySpan<byte> options);

    [LibraryImport(Library, EntryPoint = "umount2", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Unmount(ReadOnlySpan<byte> target, int flags);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Control(SafeFileHandle device, ulong request, in int argument);
}
