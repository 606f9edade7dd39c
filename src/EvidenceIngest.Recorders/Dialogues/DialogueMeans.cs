namespace EvidenceIngest.Recorders.Dialogues;

/// <summary>What every conversation works with.</summary>
/// <param name="Links">Ways to devices.</param>
/// <param name="Ports">For devices that come back as another.</param>
/// <param name="Secrets">Configuration setting to password, or null.</param>
/// <param name="AgencyZone">Zone of devices' local clocks.</param>
/// <param name="Time">The trusted time.</param>
internal sealed record DialogueMeans(
    IDeviceLinks Links, IUsbPorts Ports, Func<string, string?> Secrets, TimeZoneInfo AgencyZone, TimeProvider Time);
