namespace EvidenceIngest.Dock.Disk;

/// <summary>
/// Promises disk space to copies before they start, so that two bays don't count on the same bytes and journals always
/// find room. A copy that doesn't fit waits; delivered files make room.
/// </summary>
internal sealed class StagingSpace(Func<long> freeBytes, long reserveBytes, TimeProvider time)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private long _promised;

    public static Func<long> FreeBytesOf(string folder)
    {
        var drive = new DriveInfo(Path.GetFullPath(folder));
        return () => drive.AvailableFreeSpace;
    }

    /// <param name="bytes">What the copy will write.</param>
    /// <param name="waiting">Told with the missing bytes while there is no room, and with null when there is.</param>
    /// <param name="ct">Gives up waiting.</param>
    public async Task<Promise> ReserveAsync(long bytes, Action<long?> waiting, CancellationToken ct)
    {
        var waited = false;
        while (true)
        {
            if (TryPromise(bytes, out var missing) is { } promise)
            {
                if (waited)
                    waiting(null);
                return promise;
            }

            waited = true;
            waiting(missing);
            await Task.Delay(LookAgain, time, ct);
        }
    }

    private Promise? TryPromise(long bytes, out long missing)
    {
        lock (_gate)
        {
            missing = bytes + reserveBytes + _promised - freeBytes();
            // An empty file needs no room; it must not wait for any.
            if (missing > 0 && bytes > 0)
                return null;
            _promised += bytes;
            return new Promise(this, bytes);
        }
    }

    private void Release(long bytes)
    {
        lock (_gate)
            _promised -= bytes;
    }

    /// <summary>Room for one copy. What is written turns from promised into used.</summary>
    internal sealed class Promise(StagingSpace space, long bytes) : IDisposable
    {
        private long _left = bytes;

        public void Written(long more)
        {
            var used = Math.Min(more, Interlocked.Read(ref _left));
            Interlocked.Add(ref _left, -used);
            space.Release(used);
        }

        public void Dispose() => space.Release(Interlocked.Exchange(ref _left, 0));
    }
}
