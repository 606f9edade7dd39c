using System.Security.Cryptography;

namespace EvidenceIngest.Server.Events;

/// <summary>Waits that double, with a fifth of chance in them, so that many who failed together don't come back together.</summary>
internal static class Pauses
{
    private const int MostDoublings = 20;
    private const int Thousandth = 1000;

    /// <param name="failures">How many there were before this wait, from 1.</param>
    /// <param name="first">The first wait.</param>
    /// <param name="longest">The longest.</param>
    public static TimeSpan After(int failures, TimeSpan first, TimeSpan longest)
    {
        var doubled = first * Math.Pow(2, Math.Clamp(failures - 1, 0, MostDoublings));
        var jitter = 0.8 + (RandomNumberGenerator.GetInt32(Thousandth) / (double)Thousandth * 0.4);
        return (doubled < longest ? doubled : longest) * jitter;
    }
}
