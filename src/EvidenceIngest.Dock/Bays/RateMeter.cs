namespace EvidenceIngest.Dock.Bays;

/// <summary>Bytes per second over the last moments: steady enough to read, quick enough to show a stall.</summary>
internal sealed class RateMeter(TimeProvider time)
{
    private const int Seconds = 4;

    private readonly Lock _gate = new();
    private readonly long[] _slots = new long[Seconds];
    private long _second;

    public void Add(long bytes)
    {
        if (bytes <= 0)
            return;
        lock (_gate)
        {
            Advance();
            _slots[_second % Seconds] += bytes;
        }
    }

    public long BytesPerSecond()
    {
        lock (_gate)
        {
            Advance();
            return _slots.Sum() / Seconds;
        }
    }

    private void Advance()
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        if (now - _second >= Seconds || now < _second)
            Array.Clear(_slots);
        else
        {
            for (var second = _second + 1; second <= now; second++)
                _slots[second % Seconds] = 0;
        }

        _second = now;
    }
}
