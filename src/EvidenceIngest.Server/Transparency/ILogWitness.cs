namespace EvidenceIngest.Server.Transparency;

/// <summary>Somewhere outside the database that takes signed heads, so that rewriting the database alone is not enough.</summary>
internal interface ILogWitness
{
    /// <summary>As it stands in <see cref="LogPublication.Place"/>.</summary>
    string Place { get; }

    /// <summary>How often it is given the newest head, at most.</summary>
    TimeSpan Interval { get; }

    /// <summary>Gives it a head.</summary>
    /// <returns>What it gives for it.</returns>
    /// <exception cref="WitnessUnavailableException">Worth another try.</exception>
    Task<byte[]> TakeAsync(LogHead head, CancellationToken ct);
}

/// <summary>The witness did not take the head; the next round tries again.</summary>
internal sealed class WitnessUnavailableException(string message, Exception? cause = null) : Exception(message, cause);
