using System.Runtime.InteropServices;
using EvidenceIngest.Recorders.Discovery.Usb;

namespace EvidenceIngest.Recorders.Dialogues.Usb;

/// <summary>The part of libusb-1.0 that speaks to a device. Discovery has its own part, which can't.</summary>
internal static unsafe partial class LibUsbTransfers
{
    public const int AccessDenied = -3;
    public const int NoDevice = -4;
    public const int NotFound = -5;
    public const int Busy = -6;
    public const int NotSupported = -12;

    // One name for both files: the resolver that finds Windows' file name stands in LibUsb and serves the whole assembly.
    private const string Library = "libusb-1.0.so.0";

    [LibraryImport(Library, EntryPoint = "libusb_kernel_driver_active")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int IsKernelDriverActive(UsbDeviceHandle device, int number);

    [LibraryImport(Library, EntryPoint = "libusb_detach_kernel_driver")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int DetachKernelDriver(UsbDeviceHandle device, int number);

    [LibraryImport(Library, EntryPoint = "libusb_attach_kernel_driver")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int AttachKernelDriver(UsbDeviceHandle device, int number);

    [LibraryImport(Library, EntryPoint = "libusb_claim_interface")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Claim(UsbDeviceHandle device, int number);

    [LibraryImport(Library, EntryPoint = "libusb_release_interface")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Release(UsbDeviceHandle device, int number);

    [LibraryImport(Library, EntryPoint = "libusb_clear_halt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int ClearHalt(UsbDeviceHandle device, byte endpoint);

    [LibraryImport(Library, EntryPoint = "libusb_alloc_transfer")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial UsbTransferHandle Allocate(int isochronousPackets);

    [LibraryImport(Library, EntryPoint = "libusb_free_transfer")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void Free(nint transfer);

    [LibraryImport(Library, EntryPoint = "libusb_submit_transfer")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Submit(UsbTransferHandle transfer);

    [LibraryImport(Library, EntryPoint = "libusb_cancel_transfer")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Cancel(UsbTransferHandle transfer);

    public static string NameOf(int error) => error switch
    {
        -1 => "LIBUSB_ERROR_IO",
        AccessDenied => "LIBUSB_ERROR_ACCESS",
        NoDevice => "LIBUSB_ERROR_NO_DEVICE",
        NotFound => "LIBUSB_ERROR_NOT_FOUND",
        Busy => "LIBUSB_ERROR_BUSY",
        -9 => "LIBUSB_ERROR_PIPE",
        -11 => "LIBUSB_ERROR_NO_MEM",
        NotSupported => "LIBUSB_ERROR_NOT_SUPPORTED",
        _ => $"libusb error {error}",
    };
}

internal sealed class UsbTransferHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LibUsbTransfers.Free(handle);
        return true;
    }
}

/// <summary>struct libusb_transfer up to its packets, which only isochronous transfers have.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct UsbTransferFields
{
    public nint Device;
    public byte Flags;
    public byte Endpoint;
    public byte Type;
    public uint TimeoutMilliseconds;
    public UsbTransferStatus Status;
    public int Length;
    public int ActualLength;
    public delegate* unmanaged[Cdecl]<nint, void> Callback;
    public nint User;
    public byte* Buffer;
    public int PacketCount;
}

internal enum UsbTransferStatus
{
    Completed,
    Error,
    TimedOut,
    Cancelled,
    Stall,
    NoDevice,
    Overflow,
}
