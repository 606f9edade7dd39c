namespace EvidenceIngest.Server.Catalogue;

internal static class CatalogueTime
{
    /// <summary>Now, as the catalogue keeps it: PostgreSQL has microseconds, and what is signed shall say the same as what is stored.</summary>
    public static DateTimeOffset GetUtcMilliseconds(this TimeProvider time)
    {
        var now = time.GetUtcNow();
        return new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
    }
    /// <summary>
    /// An instant that somebody sent, as the catalogue gives it back. Finer than its microseconds, it would not be found again under
    /// its own value.
    /// </summary>
    public static DateTimeOffset ToMicroseconds(this DateTimeOffset instant) =>
        new DateTimeOffset(instant.Ticks - (instant.Ticks % TimeSpan.TicksPerMicrosecond), instant.Offset).ToUniversalTime();
}
