using System.Runtime.Versioning;
using EvidenceIngest.Recorders.Dialogues;

namespace EvidenceIngest.Recorders.Discovery.Windows;

/// <summary>What stands in USB ports, by Windows' device tree. Nothing is sent to a device. Never yet run on Windows.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsUsbTree : IUsbPorts
{
    private const byte HubClass = 9;

    public UsbAttachment? At(BayId bay) => Read().FirstOrDefault(a => a.Bay == bay);

    public static IReadOnlyList<UsbAttachment> Read() => [.. WindowsDevices.PluggedUsb().Select(Describe).OfType<UsbAttachment>()];

    private static UsbAttachment? Describe(string instanceId)
    {
        if (UsbInstanceId.Parse(instanceId) is not { Function: null } id || WindowsDevices.Find(instanceId) is not { } node
            || LocationPath.PortOf(WindowsDevices.Texts(node, DevicePropertyKey.LocationPaths)) is not { } port)
        {
            return null;
        }

        var classes = new[] { node }.Concat(WindowsDevices.Below(node))
            .SelectMany(n => WindowsDevices.Texts(n, DevicePropertyKey.CompatibleIds))
            .Select(UsbInstanceId.InterfaceClass).OfType<UsbInterfaceClass>().Distinct().ToList();
        // Windows keeps the manufacturer's string to itself; asking the device for it would be talking to it.
        return classes.Any(c => c.Class == HubClass) ? null : new UsbAttachment(
            new BayId("usb:" + port), id.Vendor, id.Product, null, WindowsDevices.Text(node, DevicePropertyKey.Product), id.Serial, classes, null)
        {
            Windows = new WindowsAppearance(instanceId, WindowsDevices.ArrivedAt(node)),
        };
    }
}
