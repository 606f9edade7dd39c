using EvidenceIngest.Recorders.Discovery;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Dock.Bays;

/// <summary>Gives every recorder that arrives a workflow and ends it when the recorder leaves.</summary>
internal sealed class BayWatch(IEnumerable<IBayWatcher> watchers, BayMeans means, DockStatus status, ILogger<BayWatch> log)
{
    public Task RunAsync(CancellationToken ct) => Task.WhenAll(watchers.Select(watcher => WatchAsync(watcher, ct)));

    private async Task WatchAsync(IBayWatcher watcher, CancellationToken ct)
    {
        var occupants = new Dictionary<BayId, BayOccupant>();
        try
        {
            await foreach (var change in watcher.WatchAsync(ct))
            {
                var occupant = occupants.GetValueOrDefault(change.Bay);
                if (change is RecorderArrived arrived)
                {
                    if (occupant?.Reappeared(arrived.Attachment) == true)
                        continue;
                    if (occupant is not null)
                        await occupant.DisposeAsync();
                    log.RecorderArrived(change.Bay);
                    occupants[change.Bay] = new BayOccupant(means, status.Bay(change.Bay), arrived.Attachment, log, ct);
                }
                else if (change is RecorderLeft left && occupant?.Leaves(left) == true)
                {
                    log.RecorderLeft(change.Bay);
                    occupants.Remove(change.Bay);
                    await occupant.DisposeAsync();
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The dock stops.
        }
        finally
        {
            foreach (var occupant in occupants.Values)
                await occupant.DisposeAsync();
        }
    }
}
