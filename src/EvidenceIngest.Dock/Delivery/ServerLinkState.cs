using EvidenceIngest.Dock.Journal;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Dock.Delivery;

/// <summary>How the dock stands with its server. Logs a change once, however often it is tried in between.</summary>
internal sealed class ServerLinkState(StagingFolder staging, ILogger<ServerLinkState> log)
{
    private readonly Lock _gate = new();

    public ServerLink Current { get; private set; } = ServerLink.Unknown;

    public string? Reason { get; private set; }

    public void Set(ServerLink link, string? reason = null)
    {
        lock (_gate)
        {
            Reason = reason;
            if (Current == link)
                return;
            Current = link;
        }

        if (link == ServerLink.Online)
            log.ServerOnline();
        else
            log.ServerLost(link, reason);
        staging.Changed.Raise();
    }
}
