namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices.Redirection;

/// <summary>The usbredir packets that QEMU and these devices exchange (usbredir protocol 0.7).</summary>
internal enum RedirType : uint
{
    Hello = 0,
    DeviceConnect = 1,
    DeviceDisconnect = 2,
    Reset = 3,
    InterfaceInfo = 4,
    EndpointInfo = 5,
    SetConfiguration = 6,
    GetConfiguration = 7,
    ConfigurationStatus = 8,
    SetAltSetting = 9,
    GetAltSetting = 10,
    AltSettingStatus = 11,
    CancelData = 21,
    FilterReject = 22,
    FilterFilter = 23,
    Control = 100,
    Bulk = 101,
}

/// <summary>One packet; the id ties an answer to its request.</summary>
internal readonly record struct RedirMessage(RedirType Type, ulong Id, ReadOnlyMemory<byte> Body);
