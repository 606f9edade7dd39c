using System.Text;

namespace EvidenceIngest.Recorders.Discovery.Usb;

/// <summary>A device's strings: as the kernel read them when it was plugged, else from the device itself, with libusb's time-out.</summary>
internal static class UsbStrings
{
    private const string Devices = "/sys/bus/usb/devices/";

    /// <summary>Null where there is no sysfs or not this device.</summary>
    public static string? SysfsFolder(string port) =>
        Directory.Exists(Devices + port) ? Devices + port : null;

    public static (string? Manufacturer, string? Product, string? Serial) Read(
        string? sysfs, nint device, in UsbDeviceDescriptor descriptor)
    {
        if (sysfs is not null)
            return (FromFile(sysfs, "manufacturer"), FromFile(sysfs, "product"), FromFile(sysfs, "serial"));
        var opened = LibUsb.Open(device, out var handle);
        using (handle)
        {
            return opened != 0 ? default : (
                FromDevice(handle, descriptor.ManufacturerText),
                FromDevice(handle, descriptor.ProductText),
                FromDevice(handle, descriptor.SerialText));
        }
    }

    private static string? FromFile(string folder, string name)
    {
        try
        {
            return Printable(File.ReadAllText(Path.Combine(folder, name)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? FromDevice(UsbDeviceHandle handle, byte index)
    {
        Span<byte> text = stackalloc byte[256];
        var length = index == 0 ? 0 : LibUsb.GetString(handle, index, text, text.Length);
        return length > 0 ? Printable(Encoding.ASCII.GetString(text[..length])) : null;
    }

    /// <summary>Firmware leaves zeros and worse in its strings; they go into logs and screens.</summary>
    private static string? Printable(string text)
    {
        var clean = string.Concat(text.Where(c => !char.IsControl(c))).Trim();
        return clean.Length > 0 ? clean : null;
    }
}
