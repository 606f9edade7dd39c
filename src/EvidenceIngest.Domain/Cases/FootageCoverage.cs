namespace EvidenceIngest.Domain.Cases;

/// <summary>A stretch of time that was, or was to be, recorded.</summary>
/// <param name="From">Its beginning.</param>
/// <param name="To">Its end; not before the beginning.</param>
public sealed record FootageSpan(DateTimeOffset From, DateTimeOffset To)
{
    public TimeSpan Length => To - From;

    public bool Overlaps(FootageSpan other) => From <= other.To && other.From <= To;
}

/// <summary>Article 5: acts that touch liberty, life or major property are recorded from start to end.</summary>
public static class FootageCoverage
{
    /// <summary>
    /// What clocks and changes of a recorder leave between two recordings that follow each other: FAT keeps times in steps of two
    /// seconds, and a recorder that was switched takes some to start.
    /// </summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(10);

    /// <summary>The stretches of the act that no recording covers, in order; several recorders may take turns.</summary>
    /// <param name="act">From its beginning to its end.</param>
    /// <param name="recordings">In any order; they may overlap and reach beyond the act.</param>
    /// <param name="tolerance">A shorter stretch is none.</param>
    public static IReadOnlyList<FootageSpan> Gaps(FootageSpan act, IEnumerable<FootageSpan> recordings, TimeSpan tolerance)
    {
        var gaps = new List<FootageSpan>();
        var covered = act.From;
        foreach (var recording in recordings.Where(r => r.To > r.From && r.Overlaps(act)).OrderBy(r => r.From))
        {
            if (recording.From - covered > tolerance)
                gaps.Add(new FootageSpan(covered, recording.From));
            if (recording.To > covered)
                covered = recording.To;
        }

        if (act.To - covered > tolerance)
            gaps.Add(new FootageSpan(covered, act.To));
        return gaps;
    }
}
