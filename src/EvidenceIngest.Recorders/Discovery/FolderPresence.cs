using System.Collections.Concurrent;
using EvidenceIngest.Recorders.Cards;

namespace EvidenceIngest.Recorders.Discovery;

/// <summary>
/// What the folder driver and the folder watcher tell each other: a folder that was away between two looks of the watcher,
/// but that the driver missed, has to be seen as Left and Arrived by everybody.
/// </summary>
internal sealed class FolderPresence
{
    private readonly ConcurrentDictionary<string, FolderIdentity> _losses = new(StringComparer.Ordinal);

    public void ReportLoss(string path, FolderIdentity lost) => _losses[path] = lost;

    /// <summary>Which folder was lost at this path since the last call, or null.</summary>
    public FolderIdentity? TakeLoss(string path) => _losses.TryRemove(path, out var lost) ? lost : null;
}
