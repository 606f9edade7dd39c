namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices;

/// <summary>What a device can do to its own connection: a real port of the guest, or a test's stand-in.</summary>
internal interface IUsbCable
{
    /// <summary>Goes at once; transfers under way never get an answer.</summary>
    Task PullAsync();

    /// <summary>
    /// Goes as soon as the answer under way is out, as a recorder does that changes its mode. <paramref name="successor"/>
    /// comes to the same port shortly after; null leaves the port empty.
    /// </summary>
    void LeaveSoon(SimulatedDevice? successor);
}
