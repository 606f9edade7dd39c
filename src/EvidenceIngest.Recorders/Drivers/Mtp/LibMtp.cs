using System.Runtime.InteropServices;

namespace EvidenceIngest.Recorders.Drivers.Mtp;

/// <summary>
/// The part of libmtp that the worker needs, as of 1.1.20. Only the worker process calls it: the library writes to standard
/// output, is not safe across threads, and has crashed on hostile devices.
/// </summary>
internal static unsafe partial class LibMtp
{
    public const uint RootFolder = 0xFFFFFFFF;
    public const int FolderType = 0;
    public const int GetPartialObjectCapability = 0;

    /// <summary>Debian's runtime package has no plain .so.</summary>
    internal const string Library = "libmtp.so.9";

    [LibraryImport(Library, EntryPoint = "LIBMTP_Init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void Init();

    /// <summary>
    /// Takes a description that the caller made. The library's own detection is never used: it asks every device on the
    /// machine for a vendor descriptor, locked recorders in other bays included.
    /// </summary>
    [LibraryImport(Library, EntryPoint = "LIBMTP_Open_Raw_Device_Uncached")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial MtpDeviceHandle Open(in MtpRawDevice device);

    [LibraryImport(Library, EntryPoint = "LIBMTP_Release_Device")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void Release(nint device);

    [LibraryImport(Library, EntryPoint = "LIBMTP_Get_Manufacturername")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint GetManufacturer(MtpDeviceHandle device);

    [LibraryImport(Library, EntryPoint = "LIBMTP_Get_Modelname")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint GetModel(MtpDeviceHandle device);

    [LibraryImport(Library, EntryPoint = "LIBMTP_Get_Serialnumber")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint GetSerial(MtpDeviceHandle device);

    [LibraryImport(Library, EntryPoint = "LIBMTP_Get_Batterylevel")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int GetBattery(MtpDeviceHandle device, out byte maximum, out byte level);

    [LibraryImport(Library, EntryPoint = "LIBMTP_Check_Capability")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int HasCapability(MtpDeviceHandle device, int capability);

    [LibraryImport(Library, EntryPoint = "LIBMTP_Get_Storage")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int ReadStorages(MtpDeviceHandle device, int sort);

    [LibraryImport(Library, EntryPoint = "LIBMTP_Get_Files_And_Folders")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial MtpFile* GetChildren(MtpDeviceHandle device, uint storage, uint parent);

    [LibraryImport(Library, EntryPoint = "LIBMTP_Get_Filemetadata")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial MtpFile* GetFile(MtpDeviceHandle device, uint id);

    [LibraryImport(Library, EntryPoint = "LIBMTP_destroy_file_t")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void FreeFile(MtpFile* file);

    [LibraryImport(Library, EntryPoint = "LIBMTP_GetPartialObject")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int ReadPart(MtpDeviceHandle device, uint id, ulong offset, uint count, out byte* data, out uint got);

    [LibraryImport(Library, EntryPoint = "LIBMTP_Delete_Object")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int DeleteObject(MtpDeviceHandle device, uint id);

    [LibraryImport(Library, EntryPoint = "LIBMTP_Get_Errorstack")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial MtpError* GetErrors(MtpDeviceHandle device);

    [LibraryImport(Library, EntryPoint = "LIBMTP_Clear_Errorstack")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void ClearErrors(MtpDeviceHandle device);
}

internal sealed class MtpDeviceHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    /// <summary>The library's list of storages hangs in the device's own structure.</summary>
    public unsafe MtpStorage* Storages => ((MtpDevice*)handle)->Storage;

    protected override bool ReleaseHandle()
    {
        LibMtp.Release(handle);
        return true;
    }
}

[StructLayout(LayoutKind.Sequential)]
internal struct MtpRawDevice
{
    public nint Vendor;
    public ushort VendorId;
    public nint Product;
    public ushort ProductId;
    public uint Flags;
    public uint Bus;
    public byte Address;
}

/// <summary>LIBMTP_mtpdevice_t up to its storages.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MtpDevice
{
    public byte ObjectBits;
    public nint Parameters;
    public nint Usb;
    public MtpStorage* Storage;
}

/// <summary>LIBMTP_devicestorage_t.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MtpStorage
{
    public uint Id;
    public ushort Type;
    public ushort FileSystem;
    public ushort Access;
    public ulong Capacity;
    public ulong FreeBytes;
    public ulong FreeObjects;
    public nint Description;
    public nint Volume;
    public MtpStorage* Next;
    public MtpStorage* Previous;
}

/// <summary>LIBMTP_file_t.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MtpFile
{
    public uint Id;
    public uint Parent;
    public uint Storage;
    public nint Name;
    public ulong Bytes;
    public long ModifiedAt;
    public int Type;
    public MtpFile* Next;
}

/// <summary>LIBMTP_error_t.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MtpError
{
    public int Number;
    public nint Text;
    public MtpError* Next;
}
