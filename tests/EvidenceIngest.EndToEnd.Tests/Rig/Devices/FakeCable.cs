namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices;

/// <summary>Stands in for a port where no guest is needed: remembers what the device did to its connection.</summary>
internal sealed class FakeCable : IUsbCable
{
    public bool Pulled { get; private set; }

    public bool Left { get; private set; }

    public SimulatedDevice? Successor { get; private set; }

    public Task PullAsync()
    {
        Pulled = true;
        return Task.CompletedTask;
    }

    public void LeaveSoon(SimulatedDevice? successor) => (Left, Successor) = (true, successor);
}
