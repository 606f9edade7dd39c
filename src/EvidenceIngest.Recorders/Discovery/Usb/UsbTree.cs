using System.Globalization;

namespace EvidenceIngest.Recorders.Discovery.Usb;

/// <summary>A device at one moment; another address in the same port is another plugging.</summary>
internal readonly record struct UsbPlugging(string Port, byte Address, ushort Vendor, ushort Product);

/// <summary>Reads the USB tree by libusb: every device that is not a hub.</summary>
internal static unsafe class UsbTree
{
    private const int DeepestPort = 7; // tiers that the USB specification allows

    /// <param name="context">The session.</param>
    /// <param name="known">Pluggings that were described before; only new ones cost more than a look.</param>
    /// <exception cref="UsbUnavailableException">libusb can't read the tree now.</exception>
    public static IReadOnlyDictionary<UsbPlugging, UsbAttachment> Read(
        UsbContext context, IReadOnlyDictionary<UsbPlugging, UsbAttachment> known)
    {
        var count = LibUsb.GetDevices(context, out var devices);
        if (count < 0)
            throw new UsbUnavailableException($"libusb_get_device_list: {count}");
        try
        {
            var found = new Dictionary<UsbPlugging, UsbAttachment>();
            for (nint i = 0; i < count; i++)
            {
                if (LibUsb.GetDescriptor(devices[i], out var descriptor) != 0 || descriptor.Class == LibUsb.HubClass
                    || PortOf(devices[i]) is not { } port)
                {
                    continue;
                }

                var plugging = new UsbPlugging(port, LibUsb.GetAddress(devices[i]), descriptor.Vendor, descriptor.Product);
                found[plugging] = known.GetValueOrDefault(plugging) ?? Describe(devices[i], plugging, descriptor);
            }

            return found;
        }
        finally
        {
            LibUsb.FreeDevices(devices, 1);
        }
    }

    private static UsbAttachment Describe(nint device, UsbPlugging plugging, in UsbDeviceDescriptor descriptor)
    {
        var sysfs = UsbStrings.SysfsFolder(plugging.Port);
        var (manufacturer, product, serial) = UsbStrings.Read(sysfs, device, descriptor);
        return new UsbAttachment(
            new BayId("usb:" + plugging.Port), descriptor.Vendor, descriptor.Product,
            manufacturer, product, serial, InterfacesOf(device), sysfs) { Address = plugging.Address };
    }

    /// <summary>As sysfs names it: bus, a dash, the ports from the root hub on. Null for root hubs.</summary>
    public static string? PortOf(nint device)
    {
        Span<byte> ports = stackalloc byte[DeepestPort];
        var depth = LibUsb.GetPorts(device, ports, ports.Length);
        return depth > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{LibUsb.GetBus(device)}-{string.Join('.', ports[..depth].ToArray())}")
            : null;
    }

    /// <summary>From the first configuration, which the kernel keeps: the active one may not be set yet this early.</summary>
    private static IReadOnlyList<UsbInterfaceClass> InterfacesOf(nint device)
    {
        if (LibUsb.GetConfiguration(device, 0, out var configuration) != 0)
            return [];
        try
        {
            var classes = new List<UsbInterfaceClass>();
            for (var i = 0; i < configuration->InterfaceCount; i++)
            {
                for (var s = 0; s < configuration->Interfaces[i].SettingCount; s++)
                {
                    var setting = configuration->Interfaces[i].Settings[s];
                    classes.Add(new UsbInterfaceClass(setting.Class, setting.Subclass, setting.Protocol));
                }
            }

            return [.. classes.Distinct()];
        }
        finally
        {
            LibUsb.FreeConfiguration(configuration);
        }
    }
}

/// <summary>No USB on this machine, or none at the moment.</summary>
internal sealed class UsbUnavailableException(string message, Exception? cause = null) : Exception(message, cause);
