namespace EvidenceIngest.EndToEnd.Tests.Rig;

/// <summary>What one guest is started with.</summary>
internal sealed record RigOptions
{
    /// <summary>
    /// Ports of the host's loopback that the guest reaches at the same 127.0.0.1:PORT. Fixed at boot; a server
    /// may start later. Nothing else outside the guest can be reached.
    /// </summary>
    public IReadOnlyList<int> ForwardedPorts { get; init; } = [];

    /// <summary>Memory of the guest in MiB; what the guest writes outside the share and the cards is held in it too.</summary>
    public int MemoryMiB { get; init; } = 3072;

    /// <summary>How long the guest may take until it answers; 6 s is usual on two idle cores.</summary>
    public TimeSpan BootLimit { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>After this time the guest is killed, whatever it is doing.</summary>
    public TimeSpan LifeLimit { get; init; } = TimeSpan.FromMinutes(30);
}
