namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices;

/// <summary>
/// A USB device as its cable sees it. Answers the requests of enumeration itself; a model adds its own control and bulk
/// transfers. Transfers of one endpoint come one after the other, those of different endpoints at the same time.
/// </summary>
internal abstract class SimulatedDevice
{
    private const byte GetStatus = 0;
    private const byte ClearFeature = 1;
    private const byte SetFeature = 3;
    private const byte GetDescriptor = 6;
    private const byte EndpointRecipient = 0x02;

    protected SimulatedDevice(UsbIdentity identity, UsbInterface shape, UsbSpeed speed)
    {
        Speed = speed;
        Descriptors = UsbDescriptors.Of(identity, shape, speed);
    }

    public UsbSpeed Speed { get; }

    public UsbDescriptors Descriptors { get; init; }

    public Transcript Transcript { get; } = new();

    /// <summary>The connection that the device is on; set before its first transfer.</summary>
    protected IUsbCable Cable { get; private set; } = Unconnected.Instance;

    /// <summary>Starts a new connection: whatever the last one left half done is forgotten.</summary>
    public void Connect(IUsbCable cable)
    {
        Cable = cable;
        Arrive();
        Restart();
    }

    /// <summary>Power comes: counters of this connection begin.</summary>
    protected virtual void Arrive()
    {
    }

    /// <summary>A reset by the host, or the start of a connection.</summary>
    public virtual void Restart()
    {
    }

    /// <summary>A transfer on endpoint 0; <paramref name="data"/> is what the host sends along, empty when it asks.</summary>
    public ValueTask<UsbReply> ControlAsync(UsbSetup setup, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        Transcript.Control(setup, data.Span);
        return setup.IsStandard ? new(AnswerStandard(setup)) : AnswerControlAsync(setup, data, ct);
    }

    /// <summary>The host sends; an endpoint that the model doesn't serve stalls.</summary>
    public virtual ValueTask<UsbReply> BulkOutAsync(byte endpoint, ReadOnlyMemory<byte> data, CancellationToken ct) => new(UsbReply.Stalled);

    /// <summary>The host asks for at most <paramref name="length"/> bytes and waits until there are some, or it gives up.</summary>
    public virtual ValueTask<UsbReply> BulkInAsync(byte endpoint, int length, CancellationToken ct) => new(UsbReply.Stalled);

    /// <summary>A class or vendor request; what a device doesn't know it stalls.</summary>
    protected virtual ValueTask<UsbReply> AnswerControlAsync(UsbSetup setup, ReadOnlyMemory<byte> data, CancellationToken ct) => new(UsbReply.Stalled);

    /// <summary>The host has seen an endpoint's stall and wants it to go on.</summary>
    protected virtual void Resume(byte endpoint)
    {
    }

    /// <summary>Never answers: ends with the cancellation of the transfer.</summary>
    protected static async ValueTask<UsbReply> SilenceAsync(CancellationToken ct)
    {
        await Task.Delay(Timeout.Infinite, ct);
        return UsbReply.Stalled;
    }

    // SET_ADDRESS, SET_CONFIGURATION and SET_INTERFACE don't come here: QEMU has messages of their own for them.
    private UsbReply AnswerStandard(UsbSetup setup)
    {
        switch (setup.Request)
        {
            case GetDescriptor when Descriptors.Find(setup.Value) is { } descriptor:
                return UsbReply.Sends(descriptor.AsMemory(0, Math.Min(descriptor.Length, setup.Length)));
            case GetStatus:
                return UsbReply.Sends(new byte[Math.Min(2, (int)setup.Length)]);
            case ClearFeature when (setup.RequestType & 0x1F) == EndpointRecipient:
                Resume((byte)setup.Index);
                return UsbReply.Done;
            case ClearFeature or SetFeature:
                return UsbReply.Done;
            default:
                return UsbReply.Stalled;
        }
    }

    private sealed class Unconnected : IUsbCable
    {
        public static Unconnected Instance { get; } = new();

        public Task PullAsync() => Task.CompletedTask;

        public void LeaveSoon(SimulatedDevice? successor)
        {
        }
    }
}
