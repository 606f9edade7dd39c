using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Recorders.Dialogues;

namespace EvidenceIngest.Recorders.Discovery;

/// <summary>
/// One slot of a docking station: its USB port path (<c>usb:1-2.3</c>, which survives re-enumeration) or a folder that an
/// operator named (<c>folder:/media/card</c>).
/// </summary>
public readonly record struct BayId(string Value)
{
    public override string ToString() => Value;
}

/// <summary>What stands in a bay.</summary>
public abstract record RecorderAttachment(BayId Bay)
{
    /// <summary>Whether both tell of the same device between the same plugging and unplugging.</summary>
    public virtual bool IsSameAppearance(RecorderAttachment other) => Equals(other);
}

/// <summary>A USB device as its descriptors tell; strings are null where the device has none or gave none in time.</summary>
/// <param name="Bay">Port path.</param>
/// <param name="VendorId">idVendor.</param>
/// <param name="ProductId">idProduct.</param>
/// <param name="Manufacturer">iManufacturer.</param>
/// <param name="Product">iProduct.</param>
/// <param name="Serial">iSerialNumber; cheap chips share one.</param>
/// <param name="InterfaceClasses">Class, subclass and protocol of every interface, e.g. 08/06/50 for mass storage.</param>
/// <param name="SysfsPath">The device's folder below /sys on Linux, or null.</param>
public sealed record UsbAttachment(
    BayId Bay,
    ushort VendorId,
    ushort ProductId,
    string? Manufacturer,
    string? Product,
    string? Serial,
    IReadOnlyList<UsbInterfaceClass> InterfaceClasses,
    string? SysfsPath) : RecorderAttachment(Bay)
{
    /// <summary>On its bus; counts up with every plugging, so the next appearance in the same port has another one.</summary>
    public byte Address { get; init; }

    /// <summary>On Windows, where there is neither a folder nor an address; otherwise null.</summary>
    public WindowsAppearance? Windows { get; init; }

    /// <summary>What a profile's dialogue found out and did; null before one.</summary>
    public SpokenTo? SpokenTo { get; init; }

    public override bool IsSameAppearance(RecorderAttachment other) => other is UsbAttachment usb
        && (usb.Bay, usb.Address, usb.Windows, usb.VendorId, usb.ProductId) == (Bay, Address, Windows, VendorId, ProductId);
}

/// <param name="InstanceId">Windows' name of the device.</param>
/// <param name="ArrivedAt">Another one with every plugging.</param>
public sealed record WindowsAppearance(string InstanceId, long ArrivedAt);

/// <summary>A device that answered a profile's probe and shows its files now.</summary>
/// <param name="Profile">Name of the profile.</param>
/// <param name="Facts">What it said about itself.</param>
/// <param name="Clock">Measured before anything else was asked; null where the profile can't read it.</param>
public sealed record SpokenTo(string Profile, DeviceFacts Facts, ClockReading? Clock);

public readonly record struct UsbInterfaceClass(byte Class, byte Subclass, byte Protocol);

/// <summary>A folder, mounted card or exported folder that an operator declared to be a recorder.</summary>
/// <param name="Bay">folder:PATH.</param>
/// <param name="Path">Absolute path.</param>
public sealed record FolderAttachment(BayId Bay, string Path) : RecorderAttachment(Bay);

/// <summary>Something arrived in a bay or left it.</summary>
public abstract record BayChange(BayId Bay);

/// <summary>A recorder, or the next appearance of one that re-enumerated.</summary>
public sealed record RecorderArrived(RecorderAttachment Attachment) : BayChange(Attachment.Bay);

/// <summary>The bay is empty now, or its folder can't be reached.</summary>
public sealed record RecorderLeft(BayId Bay) : BayChange(Bay)
{
    /// <summary>What left, where the watcher tells appearances apart; a device that re-enumerates leaves more than once.</summary>
    public RecorderAttachment? Attachment { get; init; }
}

/// <summary>Watches bays. Implemented for USB and for folders.</summary>
public interface IBayWatcher
{
    /// <summary>
    /// Yields what is there already, then every change, until cancelled. Never ends by itself: what fails is logged and
    /// tried again. A device that leaves and returns between two looks yields Left and Arrived.
    /// </summary>
    IAsyncEnumerable<BayChange> WatchAsync(CancellationToken ct);
}
