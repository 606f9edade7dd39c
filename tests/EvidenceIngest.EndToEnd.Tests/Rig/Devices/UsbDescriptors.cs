using System.Buffers.Binary;
using System.Text;

namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices;

/// <summary>What a device says it is. An empty text has no descriptor at all, as with many cheap recorders' serial.</summary>
internal sealed record UsbIdentity(ushort Vendor, ushort Product, string Manufacturer, string ProductName, string Serial);

/// <summary>The one interface a simulated device has: its class triple and its bulk endpoints.</summary>
internal sealed record UsbInterface(byte Class, byte Subclass, byte Protocol, params byte[] BulkEndpoints);

/// <summary>
/// The descriptors as the bytes that are sent (USB 2.0, 9.6). Tests of hostile devices replace them with <c>with</c>;
/// then only the guest judges them.
/// </summary>
internal sealed record UsbDescriptors
{
    private const byte DeviceType = 1;
    private const byte ConfigurationType = 2;
    private const byte StringType = 3;
    private const byte InterfaceType = 4;
    private const byte EndpointType = 5;
    private const byte Bulk = 2;

    public required byte[] Device { get; init; }

    public required byte[] Configuration { get; init; }

    /// <summary>Texts by their index, from 1 on; null where there is none.</summary>
    public required IReadOnlyList<string?> Texts { get; init; }

    public static UsbDescriptors Of(UsbIdentity identity, UsbInterface shape, UsbSpeed speed)
    {
        string?[] texts = [.. new[] { identity.Manufacturer, identity.ProductName, identity.Serial }.Select(t => t.Length == 0 ? null : t)];
        byte Index(int of) => (byte)(texts[of] is null ? 0 : of + 1);

        byte[] device = [18, DeviceType, 0x00, 0x02, 0, 0, 0, 64, 0, 0, 0, 0, 0x00, 0x01, Index(0), Index(1), Index(2), 1];
        BinaryPrimitives.WriteUInt16LittleEndian(device.AsSpan(8), identity.Vendor);
        BinaryPrimitives.WriteUInt16LittleEndian(device.AsSpan(10), identity.Product);

        var packet = BulkPacketBytes(speed);
        List<byte> body = [9, InterfaceType, 0, 0, (byte)shape.BulkEndpoints.Length, shape.Class, shape.Subclass, shape.Protocol, 0];
        foreach (var endpoint in shape.BulkEndpoints)
            body.AddRange([7, EndpointType, endpoint, Bulk, (byte)packet, (byte)(packet >> 8), 0]);
        var total = 9 + body.Count;
        return new UsbDescriptors
        {
            Device = device,
            Configuration = [9, ConfigurationType, (byte)total, (byte)(total >> 8), 1, 1, 0, 0x80, 250, .. body],
            Texts = texts,
        };
    }

    /// <summary>Largest bulk packet at a speed (USB 2.0, 5.8.3).</summary>
    public static int BulkPacketBytes(UsbSpeed speed) => speed == UsbSpeed.High ? 512 : 64;

    /// <summary>Answer to GET_DESCRIPTOR; null where the device has none and stalls.</summary>
    public byte[]? Find(ushort value)
    {
        var index = value & 0xFF;
        return (value >> 8) switch
        {
            DeviceType => Device,
            ConfigurationType => Configuration,
            StringType when index == 0 => [4, StringType, 0x09, 0x04], // languages: US English
            StringType when index <= Texts.Count && Texts[index - 1] is { } text => Text(text),
            _ => null,
        };
    }

    /// <summary>Interfaces and endpoints as they stand in the configuration, up to the first malformed entry.</summary>
    public IEnumerable<(byte[] Interface, byte[][] Endpoints)> Interfaces()
    {
        (byte[] Interface, List<byte[]> Endpoints)? current = null;
        for (var rest = Configuration.AsMemory(); rest.Length >= 2 && rest.Span[0] >= 2 && rest.Span[0] <= rest.Length; rest = rest[rest.Span[0]..])
        {
            var entry = rest[..rest.Span[0]].ToArray();
            if (entry is [>= 9, InterfaceType, ..])
            {
                if (current is { } complete)
                    yield return (complete.Interface, [.. complete.Endpoints]);
                current = (entry, []);
            }
            else if (entry is [>= 7, EndpointType, ..])
            {
                current?.Endpoints.Add(entry);
            }
        }

        if (current is { } last)
            yield return (last.Interface, [.. last.Endpoints]);
    }

    private static byte[] Text(string text)
    {
        var units = Encoding.Unicode.GetBytes(text);
        return [(byte)(units.Length + 2), StringType, .. units];
    }
}
