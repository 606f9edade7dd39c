namespace EvidenceIngest.Domain.Evidence;

public enum MediaKind
{
    Video,
    Audio,
    Photo,

    /// <summary>Anything else that a recorder held.</summary>
    Other,
}

/// <summary>Something noticed about a recording; never changes the bytes, never disappears silently.</summary>
/// <param name="Code">What was noticed.</param>
/// <param name="Detail">The facts, English, machine-made.</param>
public sealed record Finding(FindingCode Code, string Detail);

public enum FindingCode
{
    /// <summary>No recording by the profile's names and kinds; leads to quarantine.</summary>
    Foreign,

    /// <summary>Truncated, unreadable or not what its name says; leads to quarantine.</summary>
    Damaged,

    /// <summary>A recorder from a bay that nobody is assigned to; leads to quarantine until it is assigned.</summary>
    RecorderUnassigned,

    /// <summary>A sequence number is missing before or after this recording.</summary>
    FootageGap,

    /// <summary>The file changed while it was read; what is sealed is its last stable content.</summary>
    ChangedWhileRead,

    /// <summary>The name's time can't be true (an epoch, or later than now).</summary>
    ImplausibleTime,

    /// <summary>The name on the card isn't portable or printable and is shown in escaped form.</summary>
    UnusualName,

    /// <summary>The calendar lacks a year: the deadline is an estimate.</summary>
    CalendarMissing,

    /// <summary>Bytes that the recorder couldn't give after all retries.</summary>
    Unreadable,

    /// <summary>A length of zero bytes.</summary>
    Empty,

    /// <summary>
    /// The file's content is not the one whose digest the recorder wrote beside it; leads to quarantine until a person has
    /// looked at it.
    /// </summary>
    RecorderDigestMismatch,

    /// <summary>The recorder's clock was further off than allowed; the time of recording is corrected by the offset.</summary>
    ClockDrift,

    /// <summary>
    /// The registry speaks against the recorder (two claim its identity, or it is out of service); leads to quarantine until a
    /// person has settled it.
    /// </summary>
    RecorderDisputed,
}
