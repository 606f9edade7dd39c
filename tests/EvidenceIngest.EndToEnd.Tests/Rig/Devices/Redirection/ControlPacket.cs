using System.Buffers.Binary;

namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices.Redirection;

/// <summary>A transfer on endpoint 0: ten bytes, then what is sent along in its direction.</summary>
internal readonly record struct ControlPacket(byte Endpoint, UsbSetup Setup, ReadOnlyMemory<byte> Data)
{
    private const int HeaderBytes = 10;

    /// <exception cref="RigException">The packet is shorter than its header.</exception>
    public static ControlPacket Parse(ReadOnlyMemory<byte> body)
    {
        if (body.Length < HeaderBytes)
            throw new RigException("a usbredir control packet is too short");
        var b = body.Span;
        ushort Word(ReadOnlySpan<byte> at) => BinaryPrimitives.ReadUInt16LittleEndian(at);
        return new ControlPacket(b[0], new UsbSetup(b[2], b[1], Word(b[4..]), Word(b[6..]), Word(b[8..])), body[HeaderBytes..]);
    }

    /// <summary>The answer: for data to the host its length and itself, for data from the host what was taken.</summary>
    public byte[] Answer(UsbReply reply)
    {
        var data = Setup.ToHost && reply.Status == UsbStatus.Done ? reply.Data : default;
        var length = Setup.ToHost ? data.Length : reply.Status == UsbStatus.Done ? Data.Length : 0;
        var body = new byte[HeaderBytes + data.Length];
        (body[0], body[1], body[2], body[3]) = (Endpoint, Setup.Request, Setup.RequestType, (byte)reply.Status);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(4), Setup.Value);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(6), Setup.Index);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(8), (ushort)length);
        data.CopyTo(body.AsMemory(HeaderBytes));
        return body;
    }
}
