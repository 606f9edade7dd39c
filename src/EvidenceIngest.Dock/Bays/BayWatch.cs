using EvidenceIngest.Recorders;
using EvidenceIngest.Recorders.Discovery;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Dock.Bays;

/// <summary>Gives every recorder that arrives a workflow and ends it when the recorder leaves.</summary>
internal sealed class BayWatch(IEnumerable<IBayWatcher> watchers, BayMeans means, DockStatus status, Heartbeats beats, ILogger<BayWatch> log)
{
    /// <summary>
    /// A workflow ends when its reads do: the kernel gives up on a dying disk after its own time-outs and retries. While one
    /// bay takes its time, no other gets a recorder.
    /// </summary>
    private static readonly TimeSpan LongestChange = TimeSpan.FromMinutes(10);

    public Task RunAsync(CancellationToken ct) => Task.WhenAll(watchers.Select((watcher, i) => WatchAsync(watcher, $"{nameof(BayWatch)} {i}", ct)));

    private async Task WatchAsync(IBayWatcher watcher, string loop, CancellationToken ct)
    {
        var occupants = new Dictionary<BayId, BayOccupant>();
        try
        {
            beats.Resting(loop);
            await foreach (var change in watcher.WatchAsync(ct))
            {
                beats.Alive(loop, LongestChange);
                await TakeAsync(change, occupants, ct);
                beats.Resting(loop);
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

    private async Task TakeAsync(BayChange change, Dictionary<BayId, BayOccupant> occupants, CancellationToken ct)
    {
        var occupant = occupants.GetValueOrDefault(change.Bay);
        if (change is RecorderArrived arrived)
        {
            if (occupant?.Reappeared(arrived.Attachment) == true)
                return;
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
