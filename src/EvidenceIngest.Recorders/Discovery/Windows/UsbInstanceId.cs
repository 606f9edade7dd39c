using System.Globalization;

namespace EvidenceIngest.Recorders.Discovery.Windows;

/// <summary>What Windows' name of a USB device says, such as <c>USB\VID_4255&amp;PID_0001\SN48213X</c>.</summary>
/// <param name="Vendor">idVendor.</param>
/// <param name="Product">idProduct.</param>
/// <param name="Function">Number of the interface for one function of a composite device; null for the device itself.</param>
/// <param name="Serial">iSerialNumber; null where Windows made a name up because the device has none.</param>
internal readonly record struct UsbInstanceId(ushort Vendor, ushort Product, byte? Function, string? Serial)
{
    /// <summary>MAX_DEVICE_ID_LEN of cfgmgr32.h.</summary>
    private const int Longest = 200;

    /// <summary>Null for hubs at the root, for disks below a USB device, and for whatever is no such name.</summary>
    public static UsbInstanceId? Parse(string text)
    {
        if (text.Length > Longest || text.Split('\\') is not [var bus, var ids, { Length: > 0 } instance]
            || !bus.Equals("USB", StringComparison.OrdinalIgnoreCase) || text.Any(char.IsControl))
        {
            return null;
        }

        ushort? vendor = null, product = null, function = null;
        foreach (var part in ids.Split('&'))
        {
            if (Number(part, "VID_", 4) is { } v && vendor is null)
                vendor = v;
            else if (Number(part, "PID_", 4) is { } p && product is null)
                product = p;
            else if (Number(part, "MI_", 2) is { } f && function is null)
                function = f;
            else if (Number(part, "REV_", 4) is null)
                return null;
        }

        // A name that Windows makes up has '&' in it, which no serial number may.
        return vendor is null || product is null ? null
            : new UsbInstanceId(vendor.Value, product.Value, (byte?)function, instance.Contains('&', StringComparison.Ordinal) ? null : instance);
    }

    /// <summary>Disks of a USB device: <c>USBSTOR\DISK&amp;VEN_…</c>, or <c>SCSI\DISK&amp;VEN_…</c> for UAS.</summary>
    public static bool IsDisk(string text) =>
        text.Length <= Longest && text.Split('\\') is [var enumerator, var kind, { Length: > 0 }]
        && (enumerator.Equals("USBSTOR", StringComparison.OrdinalIgnoreCase) || enumerator.Equals("SCSI", StringComparison.OrdinalIgnoreCase))
        && kind.StartsWith("DISK&", StringComparison.OrdinalIgnoreCase);

    /// <summary>Of a compatible id such as <c>USB\Class_08&amp;SubClass_06&amp;Prot_50</c>; null for any other, also the shorter ones.</summary>
    public static UsbInterfaceClass? InterfaceClass(string compatibleId) =>
        compatibleId.Split('\\') is [var bus, var classes] && bus.Equals("USB", StringComparison.OrdinalIgnoreCase)
        && classes.Split('&') is [var one, var two, var three]
        && Number(one, "Class_", 2) is { } @class && Number(two, "SubClass_", 2) is { } subclass && Number(three, "Prot_", 2) is { } protocol
            ? new UsbInterfaceClass((byte)@class, (byte)subclass, (byte)protocol)
            : null;

    private static ushort? Number(string part, string name, int digits) =>
        part.Length == name.Length + digits && part.StartsWith(name, StringComparison.OrdinalIgnoreCase)
        && ushort.TryParse(part.AsSpan(name.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
