namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices;

/// <summary>Speed of the link. QEMU's hub has full-speed ports only, its controller's root ports are high-speed.</summary>
internal enum UsbSpeed : byte
{
    Full = 1,
    High = 2,
}

/// <summary>The eight bytes that open every transfer on endpoint 0 (USB 2.0, 9.3).</summary>
internal readonly record struct UsbSetup(byte RequestType, byte Request, ushort Value, ushort Index, ushort Length)
{
    public bool ToHost => (RequestType & 0x80) != 0;

    public bool IsStandard => (RequestType & 0x60) == 0x00;

    public bool IsClass => (RequestType & 0x60) == 0x20;

    public bool IsVendor => (RequestType & 0x60) == 0x40;
}

/// <summary>How a transfer ended; the values are those of the usbredir protocol.</summary>
internal enum UsbStatus : byte
{
    Done = 0,
    Cancelled = 1,
    Invalid = 2,
    Failed = 3,
    Stalled = 4,
}

/// <summary>A device's answer to one transfer. <see cref="Data"/> is what goes to the host, empty for what came from it.</summary>
internal readonly record struct UsbReply(UsbStatus Status, ReadOnlyMemory<byte> Data)
{
    public static UsbReply Done { get; } = new(UsbStatus.Done, default);

    public static UsbReply Stalled { get; } = new(UsbStatus.Stalled, default);

    public static UsbReply Sends(ReadOnlyMemory<byte> data) => new(UsbStatus.Done, data);
}
