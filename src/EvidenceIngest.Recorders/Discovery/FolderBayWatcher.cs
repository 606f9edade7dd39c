using System.Runtime.CompilerServices;
using EvidenceIngest.Recorders.Cards;

namespace EvidenceIngest.Recorders.Discovery;

/// <summary>
/// Looks twice a second whether each declared folder is there. Another folder under the same path (a card that was swapped)
/// is a departure and an arrival. Polling, because no notification tells of mounts and network folders.
/// </summary>
internal sealed class FolderBayWatcher(
    IReadOnlyList<string> folders, TimeSpan poll, FolderPresence presence, TimeProvider time) : IBayWatcher
{
    public async IAsyncEnumerable<BayChange> WatchAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var seen = new Dictionary<string, FolderIdentity>(StringComparer.Ordinal);
        var paths = folders.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal).ToList();
        while (true)
        {
            foreach (var change in paths.SelectMany(path => Look(path, seen)))
                yield return change;
            await Task.Delay(poll, time, ct);
        }
    }

    private List<BayChange> Look(string path, Dictionary<string, FolderIdentity> seen)
    {
        var bay = new BayId("folder:" + path);
        var changes = new List<BayChange>();
        var now = FolderIdentity.At(path);
        var lost = presence.TakeLoss(path);
        if (seen.TryGetValue(path, out var before) && (now != before || lost == before))
        {
            seen.Remove(path);
            changes.Add(new RecorderLeft(bay));
        }

        if (now is { } folder && seen.TryAdd(path, folder))
            changes.Add(new RecorderArrived(new FolderAttachment(bay, path)));
        return changes;
    }
}
