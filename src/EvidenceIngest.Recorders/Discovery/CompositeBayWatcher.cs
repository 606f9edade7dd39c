using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Recorders.Discovery;

/// <summary>Several watchers as one. A watcher that fails is logged and started again; the others go on meanwhile.</summary>
internal sealed class CompositeBayWatcher(
    IReadOnlyList<IBayWatcher> watchers, TimeProvider time, ILogger<CompositeBayWatcher> log) : IBayWatcher
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    public async IAsyncEnumerable<BayChange> WatchAsync([EnumeratorCancellation] CancellationToken ct)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var changes = Channel.CreateUnbounded<BayChange>(new UnboundedChannelOptions { SingleReader = true });
        var pumps = Task.WhenAll(watchers.Select(w => PumpAsync(w, changes.Writer, ending.Token)));
        try
        {
            await foreach (var change in changes.Reader.ReadAllAsync(ct))
                yield return change;
        }
        finally
        {
            await ending.CancelAsync();
            await pumps.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PumpAsync(IBayWatcher watcher, ChannelWriter<BayChange> changes, CancellationToken ct)
    {
        var present = new HashSet<BayId>();
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await foreach (var change in watcher.WatchAsync(ct))
                {
                    if (change is RecorderLeft ? present.Remove(change.Bay) : present.Add(change.Bay) || change is RecorderArrived)
                        await changes.WriteAsync(change, ct);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                log.WatcherFailed(e, watcher.GetType().Name);
                // It will report everything anew: for whoever listens, all its bays are empty until then.
                foreach (var bay in present)
                    await changes.WriteAsync(new RecorderLeft(bay), ct);
                present.Clear();
                await Task.Delay(Pause, time, ct);
            }
        }
    }
}
