namespace EvidenceIngest.Recorders.Profiles;

/// <summary>How far a statement about a device can be trusted; ordered, the least first.</summary>
public enum Trust
{
    /// <summary>Concluded from other facts; nobody has seen it.</summary>
    Inferred,

    /// <summary>Stands in a named public source.</summary>
    Documented,

    /// <summary>Tried on a device of this family.</summary>
    Tested,
}

/// <summary>Where some of a profile's statements come from.</summary>
/// <param name="Fields">Top-level fields such as names, or parts of one such as match.strings.</param>
/// <param name="Trust">How far they can be trusted.</param>
/// <param name="Source">A document, a repository, the device and firmware that were tried.</param>
public sealed record ProfileFact(IReadOnlyList<string> Fields, Trust Trust, string Source);
