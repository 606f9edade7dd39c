using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Recorders.Drivers.MassStorage.Windows;

/// <summary>Windows' volumes and the disks that they lie on. Compiled, never yet run on Windows.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class WindowsVolumes
{
    private const int LongestName = 64; // \\?\Volume{GUID}\ has 49 characters
    private const int MostVolumes = 256;
    private const int DiskDevice = 7; // FILE_DEVICE_DISK
    private const uint DeviceNumber = 0x2d1080; // IOCTL_STORAGE_GET_DEVICE_NUMBER
    private const uint LockVolume = 0x90018; // FSCTL_LOCK_VOLUME
    private const uint DismountVolume = 0x90020; // FSCTL_DISMOUNT_VOLUME
    private const uint ReadAndWrite = 0xc0000000;
    private const uint ShareAll = 3;
    private const uint OpenExisting = 3;

    private static readonly nint Invalid = -1;

    /// <summary>Paths such as \\?\Volume{…}\, with the separator at the end.</summary>
    public static IReadOnlyList<string> All()
    {
        var found = new List<string>();
        var name = stackalloc char[LongestName];
        var search = FindFirst(name, LongestName);
        if (search == Invalid)
            return found;
        do
            found.Add(new string(name));
        while (found.Count < MostVolumes && FindNext(search, name, LongestName));
        _ = FindClose(search);
        return found;
    }

    /// <summary>N of \\.\PhysicalDriveN; null for what is no disk, or spans several.</summary>
    /// <param name="path">A volume without the separator at its end, or an interface of a disk.</param>
    public static uint? DiskOf(string path)
    {
        // No access rights: that is enough for asking, and works while others use it.
        using var handle = Open(path, 0, ShareAll, 0, OpenExisting, 0, 0);
        var number = new StorageDeviceNumber();
        return !handle.IsInvalid && Control(handle, DeviceNumber, null, 0, &number, (uint)sizeof(StorageDeviceNumber), out _, 0) && number.Type == DiskDevice
            ? number.Number
            : null;
    }

    /// <summary>As 1A2B-3C4D, and the name of the file system; null when Windows knows none on it.</summary>
    public static (string Id, string FileSystem)? Describe(string volume)
    {
        var name = stackalloc char[LongestName];
        return GetInformation(volume, null, 0, out var serial, out _, out _, name, LongestName)
            ? ($"{serial >> 16:X4}-{serial & 0xffff:X4}", new string(name))
            : null;
    }

    /// <summary>
    /// Lets the volume go, as unmounting does. Not the device: Windows would take an ejected medium for gone until it is
    /// plugged again, and a second attempt at the bay would find nothing. False while another program holds a file on it.
    /// </summary>
    public static bool Dismount(string volume)
    {
        using var handle = Open(volume.TrimEnd('\\'), ReadAndWrite, ShareAll, 0, OpenExisting, 0, 0);
        return !handle.IsInvalid
            && Control(handle, LockVolume, null, 0, null, 0, out _, 0)
            && Control(handle, DismountVolume, null, 0, null, 0, out _, 0);
    }

    [LibraryImport("kernel32", EntryPoint = "FindFirstVolumeW", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint FindFirst(char* name, uint characters);

    [LibraryImport("kernel32", EntryPoint = "FindNextVolumeW", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool FindNext(nint search, char* name, uint characters);

    [LibraryImport("kernel32", EntryPoint = "FindVolumeClose")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool FindClose(nint search);

    [LibraryImport("kernel32", EntryPoint = "GetVolumeInformationW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetInformation(
        string volume, char* label, uint labelCharacters, out uint serial, out uint longestName, out uint flags, char* fileSystem, uint fileSystemCharacters);

    [LibraryImport("kernel32", EntryPoint = "CreateFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial SafeFileHandle Open(string path, uint access, uint share, nint security, uint disposition, uint flags, nint template);

    [LibraryImport("kernel32", EntryPoint = "DeviceIoControl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Control(
        SafeFileHandle device, uint code, void* request, uint requestBytes, void* reply, uint replyBytes, out uint written, nint overlapped);

    /// <summary>STORAGE_DEVICE_NUMBER.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct StorageDeviceNumber
    {
        public int Type;
        public uint Number;
        public int Partition;
    }
}
