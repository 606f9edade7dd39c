using System.Collections.Concurrent;

namespace EvidenceIngest.Recorders;

/// <summary>
/// Signs of life of the loops without which a dock only seems to work. Each says how long it may be silent; whoever feeds a
/// watchdog asks which of them were silent for longer.
/// </summary>
/// <param name="time">Measures the silence; a machine that slept was not silent.</param>
public sealed class Heartbeats(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Beat> _last = new(StringComparer.Ordinal);

    /// <summary>The loop works, and says so again or rests within this time.</summary>
    public void Alive(string loop, TimeSpan within) => _last[loop] = new Beat(time.GetTimestamp(), within);

    /// <summary>The loop waits for something that may never come.</summary>
    public void Resting(string loop) => _last[loop] = new Beat(time.GetTimestamp(), null);

    /// <summary>The loop ended though nobody asked it to: it is missed from now on.</summary>
    public void Ended(string loop) => _last[loop] = new Beat(time.GetTimestamp(), TimeSpan.MinValue);

    /// <summary>Loops that should have said something by now, by name; empty while everything works.</summary>
    public IReadOnlyList<string> Missed() =>
        [.. _last.Where(b => time.GetElapsedTime(b.Value.At) > b.Value.Within).Select(b => b.Key).Order(StringComparer.Ordinal)];

    /// <param name="At">Timestamp of the clock.</param>
    /// <param name="Within">Longest silence after it; null for any.</param>
    private readonly record struct Beat(long At, TimeSpan? Within);
}
