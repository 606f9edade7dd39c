namespace EvidenceIngest.Recorders.Profiles.Dialogue;

/// <summary>What is said to a device before its files can be read. Described in hardware-profiles/README.md.</summary>
/// <param name="Transport">Which kind of steps may appear.</param>
/// <param name="Usb">What is claimed on the device, for <see cref="DialogueTransport.Usb"/>; null when only control transfers are used.</param>
/// <param name="Tcp">Where frames go, for <see cref="DialogueTransport.Tcp"/>.</param>
/// <param name="Inquiry">For <see cref="DialogueTransport.Scsi"/>: without this answer to INQUIRY no other command is sent.</param>
/// <param name="Secrets">Name used in templates to the configuration setting that holds the password.</param>
/// <param name="Probe">Harmless questions that tell this family from others with the same ids; every expectation must hold.</param>
/// <param name="Info">Questions whose answers say which recorder it is and who carries it.</param>
/// <param name="Unlock">What makes it show its files.</param>
/// <param name="Clock">How its clock is read and set.</param>
public sealed record DeviceDialogue(
    DialogueTransport Transport,
    UsbChannel? Usb,
    TcpChannel? Tcp,
    string? Inquiry,
    IReadOnlyDictionary<string, string> Secrets,
    IReadOnlyList<DialogueStep> Probe,
    IReadOnlyList<DialogueStep> Info,
    IReadOnlyList<DialogueStep> Unlock,
    ClockDialogue? Clock)
{
    public IEnumerable<DialogueStep> EveryStep => [.. Probe, .. Info, .. Unlock, .. Clock?.Read ?? [], .. Clock?.Set ?? []];

    /// <summary>For <see cref="DialogueTransport.Dll"/>: the one library that all its calls name.</summary>
    public string? Library => EveryStep.OfType<DllCallStep>().FirstOrDefault()?.Library;
}

public enum DialogueTransport
{
    /// <summary>Control and bulk transfers.</summary>
    Usb,

    /// <summary>Vendor commands through the device's own disk.</summary>
    Scsi,

    /// <summary>Frames over the network that an Android recorder opens on its cable.</summary>
    Tcp,

    /// <summary>A maker's Windows library, in a process of its own.</summary>
    Dll,
}

/// <param name="Interface">Number of the interface that is claimed.</param>
/// <param name="Out">Address of the bulk endpoint to the device.</param>
/// <param name="In">Address of the bulk endpoint from the device; its high bit is set.</param>
public sealed record UsbChannel(byte Interface, byte Out, byte In);

/// <param name="Port">On the device.</param>
/// <param name="BigEndianLength">Byte order of the four bytes before each frame, which count what follows them.</param>
public sealed record TcpChannel(ushort Port, bool BigEndianLength);

/// <param name="Read">Captures the device's time exactly once.</param>
/// <param name="Set">Sets it; empty where that is unknown or unwanted.</param>
/// <param name="Zone">What zone the device's time is in.</param>
public sealed record ClockDialogue(IReadOnlyList<DialogueStep> Read, IReadOnlyList<DialogueStep> Set, ClockZone Zone);

public enum ClockZone
{
    /// <summary>The agency's, as all recorders known so far.</summary>
    Local,
    Utc,
}
