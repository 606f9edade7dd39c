namespace EvidenceIngest.Server.Events;

/// <summary>Wakes those who send when something was placed; whoever misses it looks again after a while all the same.</summary>
internal sealed class PlacedSignal
{
    private TaskCompletionSource _next = New();

    /// <summary>Take it before looking for work: what comes in between is then not missed.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Pulse() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    /// <summary>Waits for the signal or the time, whichever is first.</summary>
    public static async Task WaitAsync(Task next, TimeSpan longest, TimeProvider time, CancellationToken ct)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(next, Task.Delay(longest, time, enough.Token));
        await enough.CancelAsync();
        ct.ThrowIfCancellationRequested();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
