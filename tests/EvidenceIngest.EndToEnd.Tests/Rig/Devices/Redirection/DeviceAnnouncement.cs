using System.Buffers.Binary;

namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices.Redirection;

/// <summary>How a device is told to QEMU: its endpoints, its interfaces, then the connection itself.</summary>
internal static class DeviceAnnouncement
{
    private const int Slots = 32;
    private const byte NoEndpoint = 255;
    private const int ControlPacketBytes = 64;

    public static IEnumerable<RedirMessage> Of(SimulatedDevice device)
    {
        var interfaces = device.Descriptors.Interfaces().ToArray();
        yield return new RedirMessage(RedirType.EndpointInfo, 0, Endpoints(interfaces));
        yield return new RedirMessage(RedirType.InterfaceInfo, 0, Interfaces(interfaces));
        yield return new RedirMessage(RedirType.DeviceConnect, 0, Connection(device));
    }

    /// <summary>Types, intervals, interfaces, each a byte for the 16 OUT and 16 IN endpoints, then their packet sizes.</summary>
    private static byte[] Endpoints((byte[] Interface, byte[][] Endpoints)[] interfaces)
    {
        var body = new byte[Slots * 5];
        body.AsSpan(0, Slots).Fill(NoEndpoint);
        void Set(int slot, byte type, byte interval, byte owner, ushort packet)
        {
            (body[slot], body[Slots + slot], body[Slots * 2 + slot]) = (type, interval, owner);
            BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(Slots * 3 + slot * 2), packet);
        }

        Set(0, 0, 0, 0, ControlPacketBytes);
        Set(16, 0, 0, 0, ControlPacketBytes);
        foreach (var (owner, endpoints) in interfaces)
        {
            foreach (var e in endpoints)
                Set((e[2] & 0x80) >> 3 | (e[2] & 0x0F), (byte)(e[3] & 3), e[6], owner[2], BinaryPrimitives.ReadUInt16LittleEndian(e.AsSpan(4)));
        }

        return body;
    }

    /// <summary>Their number, then numbers, classes, subclasses and protocols.</summary>
    private static byte[] Interfaces((byte[] Interface, byte[][] Endpoints)[] interfaces)
    {
        var body = new byte[4 + Slots * 4];
        var told = interfaces.Take(Slots).ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(body, (uint)told.Length);
        for (var i = 0; i < told.Length; i++)
        {
            var d = told[i].Interface;
            (body[4 + i], body[4 + Slots + i], body[4 + Slots * 2 + i], body[4 + Slots * 3 + i]) = (d[2], d[5], d[6], d[7]);
        }

        return body;
    }

    private static byte[] Connection(SimulatedDevice device)
    {
        var d = device.Descriptors.Device;
        return [(byte)device.Speed, d[4], d[5], d[6], .. d.AsSpan(8, 6)];
    }
}
