using System.Buffers.Binary;

namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices.Redirection;

/// <summary>A bulk transfer: ten bytes with a length in two halves, then what is sent along in its direction.</summary>
internal readonly record struct BulkPacket(byte Endpoint, uint Stream, int Length, ReadOnlyMemory<byte> Data)
{
    private const int HeaderBytes = 10;

    public bool ToHost => (Endpoint & 0x80) != 0;

    /// <exception cref="RigException">The packet is shorter than its header.</exception>
    public static BulkPacket Parse(ReadOnlyMemory<byte> body)
    {
        if (body.Length < HeaderBytes)
            throw new RigException("a usbredir bulk packet is too short");
        var b = body.Span;
        var length = BinaryPrimitives.ReadUInt16LittleEndian(b[2..]) | (BinaryPrimitives.ReadUInt16LittleEndian(b[8..]) << 16);
        return new BulkPacket(b[0], BinaryPrimitives.ReadUInt32LittleEndian(b[4..]), length, body[HeaderBytes..]);
    }

    /// <summary>The answer: for data to the host its length and itself, for data from the host what was taken.</summary>
    public byte[] Answer(UsbReply reply)
    {
        var data = ToHost && reply.Status == UsbStatus.Done ? reply.Data : default;
        var length = ToHost ? data.Length : reply.Status == UsbStatus.Done ? Data.Length : 0;
        var body = new byte[HeaderBytes + data.Length];
        (body[0], body[1]) = (Endpoint, (byte)reply.Status);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(2), (ushort)length);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(4), Stream);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(8), (ushort)(length >> 16));
        data.CopyTo(body.AsMemory(HeaderBytes));
        return body;
    }
}
