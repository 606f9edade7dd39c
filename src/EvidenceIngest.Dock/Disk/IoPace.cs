namespace EvidenceIngest.Dock.Disk;

/// <summary>Holds everything that shares it to so many bytes per second together; null for as fast as it goes.</summary>
internal sealed class IoPace(long? bytesPerSecond, TimeProvider time)
{
    private readonly Lock _gate = new();
    private long _freeAt = time.GetTimestamp();

    /// <summary>Waits until these bytes fit into the budget.</summary>
    public void Spend(int bytes, CancellationToken ct)
    {
        if (Cost(bytes) is { } wait && wait > TimeSpan.Zero)
            ct.WaitHandle.WaitOne(wait);
    }

    /// <inheritdoc cref="Spend"/>
    public ValueTask SpendAsync(int bytes, CancellationToken ct) =>
        Cost(bytes) is { } wait && wait > TimeSpan.Zero ? new ValueTask(Task.Delay(wait, time, ct)) : ValueTask.CompletedTask;

    private TimeSpan? Cost(int bytes)
    {
        if (bytesPerSecond is not { } limit)
            return null;
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _freeAt = Math.Max(_freeAt, now) + (long)((double)bytes / limit * time.TimestampFrequency);
            return time.GetElapsedTime(now, _freeAt);
        }
    }
}
