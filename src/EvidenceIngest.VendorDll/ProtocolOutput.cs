using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.VendorDll;

/// <summary>Keeps standard output for the protocol: what a library prints there goes to standard error.</summary>
internal static partial class ProtocolOutput
{
    private const int OutputDescriptor = 1;
    private const int ErrorDescriptor = 2;
    private const int OutputHandle = -11; // STD_OUTPUT_HANDLE
    private const int ErrorHandle = -12;

    // SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX, SEM_NOOPENFILEERRORBOX: a window that nobody sees would hold the process.
    private const uint NoWindows = 0x8003;

    /// <summary>To be called once, before a library is loaded. The caller disposes the handle.</summary>
    public static SafeFileHandle Take() => OperatingSystem.IsWindows() ? TakeHandle() : TakeDescriptor();

    [SupportedOSPlatform("windows")]
    private static SafeFileHandle TakeHandle()
    {
        _ = SetErrorMode(NoWindows);
        // A library's C runtime asks for standard output when it is loaded, which is later.
        var output = GetStdHandle(OutputHandle);
        return SetStdHandle(OutputHandle, GetStdHandle(ErrorHandle))
            ? new SafeFileHandle(output, ownsHandle: true)
            : throw new IOException("standard output can't be moved");
    }

    [UnsupportedOSPlatform("windows")]
    private static SafeFileHandle TakeDescriptor()
    {
        var descriptor = Dup(OutputDescriptor);
        return descriptor >= 0 && Dup2(ErrorDescriptor, OutputDescriptor) >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new IOException("standard output can't be moved");
    }

    [LibraryImport("libc", EntryPoint = "dup", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Dup(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Dup2(int from, int to);

    [LibraryImport("kernel32", EntryPoint = "GetStdHandle")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint GetStdHandle(int which);

    [LibraryImport("kernel32", EntryPoint = "SetStdHandle")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetStdHandle(int which, nint handle);

    [LibraryImport("kernel32", EntryPoint = "SetErrorMode")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial uint SetErrorMode(uint mode);
}
