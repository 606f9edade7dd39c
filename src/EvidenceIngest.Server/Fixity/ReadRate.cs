namespace EvidenceIngest.Server.Fixity;

/// <summary>Holds one reader to a rate. What it didn't use is not saved up: after a pause there is no burst.</summary>
internal sealed class ReadRate(long? bytesPerSecond, TimeProvider time)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(20);

    private long _since = time.GetTimestamp();
    private long _bytes;

    /// <summary>Returns when so many bytes may have passed.</summary>
    public async ValueTask PassAsync(int bytes, CancellationToken ct)
    {
        if (bytesPerSecond is not { } rate)
            return;
        _bytes += bytes;
        var ahead = TimeSpan.FromSeconds((double)_bytes / rate) - time.GetElapsedTime(_since);
        if (ahead > Shortest)
            await Task.Delay(ahead, time, ct);
        else if (ahead < -TimeSpan.FromSeconds(1))
            (_since, _bytes) = (time.GetTimestamp(), 0);
    }
}
