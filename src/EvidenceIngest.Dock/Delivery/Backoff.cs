namespace EvidenceIngest.Dock.Delivery;

/// <summary>Doubling pauses up to a minute, with jitter: after an outage not all docks come back in the same second.</summary>
internal static class Backoff
{
    private const double FirstSeconds = 0.5;
    private const double LongestSeconds = 60;

    public static TimeSpan After(int failures)
    {
        var seconds = Math.Min(LongestSeconds, FirstSeconds * Math.Pow(2, Math.Min(failures, 20) - 1));
        // CA5394: jitter needs no cryptographic strength.
#pragma warning disable CA5394
        return TimeSpan.FromSeconds(seconds * (0.75 + (Random.Shared.NextDouble() / 2)));
#pragma warning restore CA5394
    }
}
