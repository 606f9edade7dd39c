using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace EvidenceIngest.Recorders.Discovery.Windows;

/// <summary>Windows' device tree. Compiled, never yet run on Windows.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe class WindowsDevices
{
    private const int MostTries = 5;
    private const int MostNodes = 256;

    public static readonly Guid UsbDevices = new("a5dcbf10-6530-11d2-901f-00c04fb951ed"); // GUID_DEVINTERFACE_USB_DEVICE
    public static readonly Guid Disks = new("53f56307-b6bf-11d0-94f2-00a0c91efb8b"); // GUID_DEVINTERFACE_DISK

    /// <summary>Names of all USB devices that are plugged, hubs and functions among them.</summary>
    public static IReadOnlyList<string> PluggedUsb()
    {
        // The list may grow between the two calls.
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (CfgMgr.GetIdListSize(out var size, "USB", CfgMgr.PresentOfEnumerator) != CfgMgr.Success)
                return [];
            var buffer = new char[size];
            fixed (char* first = buffer)
            {
                if (CfgMgr.GetIdList("USB", first, size, CfgMgr.PresentOfEnumerator) is var result and not CfgMgr.TooSmall)
                    return result == CfgMgr.Success ? LocationPath.Texts(buffer) : [];
            }
        }

        return [];
    }

    /// <summary>Null when it is not plugged.</summary>
    public static uint? Find(string instanceId) => CfgMgr.Locate(out var node, instanceId, 0) == CfgMgr.Success ? node : null;

    public static IReadOnlyList<string> Texts(uint node, in DevicePropertyKey key) =>
        LocationPath.Texts(MemoryMarshal.Cast<byte, char>(Property(node, key)));

    public static string? Text(uint node, in DevicePropertyKey key) => Texts(node, key) is [var first, ..] ? first : null;

    /// <summary>Changes with every plugging; 0 when Windows doesn't say.</summary>
    public static long ArrivedAt(uint node) =>
        Property(node, DevicePropertyKey.LastArrival) is { Length: sizeof(long) } time ? BitConverter.ToInt64(time) : 0;

    /// <summary>Everything below a device: functions of a composite one, its disks.</summary>
    public static IReadOnlyList<uint> Below(uint node)
    {
        var found = new List<uint>();
        var open = new Stack<uint>([node]);
        while (open.TryPop(out var above) && found.Count < MostNodes)
        {
            for (var more = CfgMgr.GetChild(out var child, above, 0) == CfgMgr.Success; more && found.Count < MostNodes;
                more = CfgMgr.GetSibling(out child, child, 0) == CfgMgr.Success)
            {
                found.Add(child);
                open.Push(child);
            }
        }

        return found;
    }

    /// <summary>Paths by which CreateFile opens the device as a member of this class.</summary>
    public static IReadOnlyList<string> Interfaces(string instanceId, in Guid interfaceClass)
    {
        if (CfgMgr.GetInterfaceListSize(out var size, interfaceClass, instanceId, CfgMgr.PresentInterfaces) != CfgMgr.Success)
            return [];
        var buffer = new char[size];
        fixed (char* first = buffer)
        {
            return CfgMgr.GetInterfaceList(interfaceClass, instanceId, first, size, CfgMgr.PresentInterfaces) == CfgMgr.Success
                ? LocationPath.Texts(buffer)
                : [];
        }
    }

    private static byte[] Property(uint node, in DevicePropertyKey key)
    {
        uint size = 0;
        if (CfgMgr.GetProperty(node, key, out _, null, ref size, 0) != CfgMgr.TooSmall || size > 64 * 1024)
            return [];
        var buffer = new byte[size];
        fixed (byte* first = buffer)
            return CfgMgr.GetProperty(node, key, out _, first, ref size, 0) == CfgMgr.Success ? buffer[..(int)Math.Min(size, (uint)buffer.Length)] : [];
    }
}
