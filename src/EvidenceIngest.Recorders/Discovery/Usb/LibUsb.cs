using System.Runtime.InteropServices;

namespace EvidenceIngest.Recorders.Discovery.Usb;

/// <summary>The part of libusb-1.0 that discovery needs. Nothing here claims or writes to a device.</summary>
internal static unsafe partial class LibUsb
{
    public const int Arrived = 1;
    public const int Left = 2;
    public const int Any = -1;
    public const uint HasHotplug = 1;
    public const byte HubClass = 9;

    /// <summary>Debian's runtime package has no plain .so; Windows ships libusb-1.0.dll.</summary>
    private const string Library = "libusb-1.0.so.0";

    static LibUsb() => NativeLibrary.SetDllImportResolver(
        typeof(LibUsb).Assembly,
        static (name, assembly, paths) => name == Library && OperatingSystem.IsWindows()
            ? NativeLibrary.Load("libusb-1.0.dll", assembly, paths)
            : 0);

    [LibraryImport(Library, EntryPoint = "libusb_init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Init(out UsbContext context);

    [LibraryImport(Library, EntryPoint = "libusb_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void Exit(nint context);

    [LibraryImport(Library, EntryPoint = "libusb_has_capability")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int HasCapability(uint capability);

    [LibraryImport(Library, EntryPoint = "libusb_get_device_list")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint GetDevices(UsbContext context, out nint* devices);

    [LibraryImport(Library, EntryPoint = "libusb_free_device_list")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void FreeDevices(nint* devices, int unreference);

    [LibraryImport(Library, EntryPoint = "libusb_get_device_descriptor")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int GetDescriptor(nint device, out UsbDeviceDescriptor descriptor);

    [LibraryImport(Library, EntryPoint = "libusb_get_bus_number")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial byte GetBus(nint device);

    [LibraryImport(Library, EntryPoint = "libusb_get_device_address")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial byte GetAddress(nint device);

    [LibraryImport(Library, EntryPoint = "libusb_get_port_numbers")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int GetPorts(nint device, Span<byte> ports, int length);

    [LibraryImport(Library, EntryPoint = "libusb_get_config_descriptor")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int GetConfiguration(nint device, byte index, out UsbConfiguration* configuration);

    [LibraryImport(Library, EntryPoint = "libusb_free_config_descriptor")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void FreeConfiguration(UsbConfiguration* configuration);

    [LibraryImport(Library, EntryPoint = "libusb_open")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Open(nint device, out UsbDeviceHandle handle);

    [LibraryImport(Library, EntryPoint = "libusb_close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void Close(nint handle);

    /// <summary>Waits at most a second for the device.</summary>
    [LibraryImport(Library, EntryPoint = "libusb_get_string_descriptor_ascii")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int GetString(UsbDeviceHandle handle, byte index, Span<byte> text, int length);

    [LibraryImport(Library, EntryPoint = "libusb_hotplug_register_callback")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int OnHotplug(
        UsbContext context, int events, int flags, int vendor, int product, int deviceClass,
        delegate* unmanaged[Cdecl]<nint, nint, int, nint, int> callback, nint user, out int registration);

    [LibraryImport(Library, EntryPoint = "libusb_handle_events_timeout_completed")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int HandleEvents(UsbContext context, in UsbTimeout timeout, nint completed);
}

/// <summary>A libusb session; ending it ends the callbacks registered with it.</summary>
internal sealed class UsbContext() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LibUsb.Exit(handle);
        return true;
    }
}

internal sealed class UsbDeviceHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LibUsb.Close(handle);
        return true;
    }
}

/// <summary>struct timeval.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct UsbTimeout(CLong Seconds, CLong Microseconds);

[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct UsbDeviceDescriptor
{
    public byte Length;
    public byte Type;
    public ushort UsbVersion;
    public byte Class;
    public byte Subclass;
    public byte Protocol;
    public byte PacketBytes;
    public ushort Vendor;
    public ushort Product;
    public ushort DeviceVersion;
    public byte ManufacturerText;
    public byte ProductText;
    public byte SerialText;
    public byte Configurations;
}

/// <summary>struct libusb_config_descriptor up to its interfaces.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct UsbConfiguration
{
    public byte Length;
    public byte Type;
    public ushort TotalLength;
    public byte InterfaceCount;
    public byte Value;
    public byte Text;
    public byte Attributes;
    public byte Power;
    public UsbInterface* Interfaces;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct UsbInterface
{
    public UsbInterfaceDescriptor* Settings;
    public int SettingCount;
}

[StructLayout(LayoutKind.Sequential)]
internal struct UsbInterfaceDescriptor
{
    public byte Length;
    public byte Type;
    public byte Number;
    public byte Setting;
    public byte EndpointCount;
    public byte Class;
    public byte Subclass;
    public byte Protocol;
    public byte Text;
    public nint Endpoints;
    public nint Extra;
    public int ExtraBytes;
}
