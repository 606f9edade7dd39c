using EvidenceIngest.Domain.Cases;
using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Server.Supervision;

/// <summary>What a case's recordings prove, and what they lack, for legal review (法制审核办法 article 7, 4: 案件事实是否清楚、证据是否合法充分).</summary>
/// <param name="Case">Its number.</param>
/// <param name="MadeAt">UTC.</param>
/// <param name="MadeBy">Who asked; it holds what is within their reach.</param>
/// <param name="Agency">As the case system calls it.</param>
/// <param name="Matter">Name of its matter; null when the case names none.</param>
/// <param name="Law">By which the matter is enforced.</param>
/// <param name="Closed">Whether the case is closed.</param>
/// <param name="ExecutedOn">The day on which the act had been carried out.</param>
/// <param name="Facts">What is to be proven, and by which items; in the order of the first item of each.</param>
/// <param name="Items">By time of recording.</param>
/// <param name="WholeRecording">What the matter demands (article 5), and how far the recordings meet it.</param>
/// <param name="Shortcomings">Everything that is wrong or missing; empty when nothing is.</param>
public sealed record CaseReport(
    string Case, DateTimeOffset MadeAt, string MadeBy, string? Agency, string? Matter, string? Law, bool Closed, DateOnly? ExecutedOn,
    IReadOnlyList<ProvenFact> Facts, IReadOnlyList<ReportedItem> Items, WholeRecordingView WholeRecording, IReadOnlyList<Shortcoming> Shortcomings);

/// <param name="Fact">证明对象, as somebody entered it.</param>
/// <param name="Items">That prove it.</param>
/// <param name="Accepted">Of these, how many are sealed, accepted and complete.</param>
public sealed record ProvenFact(string Fact, IReadOnlyList<string> Items, int Accepted);

/// <param name="Item">Its id.</param>
/// <param name="Kind">Video, Audio, Photo or Other.</param>
/// <param name="State">Receiving, Sealing, Sealed, Quarantined or Disposed.</param>
/// <param name="Begins">When the recording began, with the agency's offset; null when nobody knows.</param>
/// <param name="Seconds">How long it is; null until it was inspected.</param>
/// <param name="Metadata">What article 27 demands, with sources.</param>
/// <param name="OnTime">Stored in time (article 28); null before sealing and without a time of recording.</param>
public sealed record ReportedItem(
    string Item, MediaKind Kind, string State, DateTimeOffset? Begins, double? Seconds, EvidenceMetadata Metadata, bool? OnTime);

/// <param name="Demanded">The matter has to be recorded from start to end; null when the case names no matter, so that nobody can tell.</param>
/// <param name="From">Begin of the first recording of pictures; null where there is none with a known time.</param>
/// <param name="To">End of the last one.</param>
/// <param name="Gaps">Stretches of the act, or else between them, that no recording covers (<see cref="FootageCoverage"/>).</param>
/// <param name="Unplaced">Recordings of pictures whose time or length is unknown, which may fill gaps.</param>
public sealed record WholeRecordingView(bool? Demanded, DateTimeOffset? From, DateTimeOffset? To, IReadOnlyList<RecordingGap> Gaps, IReadOnlyList<string> Unplaced);

/// <param name="From">With the agency's offset.</param>
/// <param name="To">With the agency's offset.</param>
/// <param name="Seconds">Between them.</param>
public sealed record RecordingGap(DateTimeOffset From, DateTimeOffset To, double Seconds);

public enum ShortcomingKind
{
    /// <summary>No recording belongs to the case.</summary>
    NoItems,

    /// <summary>The case names no matter.</summary>
    NoMatter,

    /// <summary>The matter has to be recorded from start to end, and there are no pictures, or gaps between them.</summary>
    WholeRecording,

    NotSealed,
    Quarantined,
    Disposed,

    /// <summary>Something that article 27 demands.</summary>
    Requirement,

    /// <summary>A transcript was written and nobody vouches for its last version.</summary>
    TranscriptUnconfirmed,

    /// <summary>Stored after its deadline, or not yet though it has passed.</summary>
    Late,

    /// <summary>The deadline is an estimate, or the time of recording is unknown.</summary>
    TimeUncertain,
}

/// <param name="Kind">What is wrong.</param>
/// <param name="Item">Which item; null for the case itself.</param>
/// <param name="Text">For people, Chinese and English.</param>
public sealed record Shortcoming(ShortcomingKind Kind, string? Item, string Text);
