using System.Collections.Concurrent;

namespace EvidenceIngest.Server.Deliveries;

/// <summary>Wakes long polls in this process as soon as a delivery changes; another server's changes are found by looking again.</summary>
internal sealed class DeliverySignals(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waits = new();

    public void Changed(string deliveryId)
    {
        if (_waits.TryRemove(deliveryId, out var wait))
            wait.TrySetResult();
    }

    /// <summary>Take it before looking at the state: a change between the look and the wait is not missed then.</summary>
    public Task Next(string deliveryId) =>
        _waits.GetOrAdd(deliveryId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Returns when the signal came or the time is over.</summary>
    public async Task WaitAsync(Task next, TimeSpan atMost, CancellationToken ct)
    {
        try
        {
            await next.WaitAsync(atMost, time, ct);
        }
        catch (TimeoutException)
        {
            // Looking again is the answer to both.
        }
    }
}
