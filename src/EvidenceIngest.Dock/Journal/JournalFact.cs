using System.Text.Json.Serialization;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Receipts;

namespace EvidenceIngest.Dock.Journal;

/// <summary>
/// One line of a journal: something that is true from now on. What each fact means and when it is durable stands in
/// README.md beside this file. A new member must be optional: journals of older versions stay readable.
/// </summary>
/// <param name="At">UTC, the dock's clock.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fact", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(Opened), "opened")]
[JsonDerivedType(typeof(Docked), "docked")]
[JsonDerivedType(typeof(Listed), "listed")]
[JsonDerivedType(typeof(ChunkMark), "mark")]
[JsonDerivedType(typeof(Resumed), "resumed")]
[JsonDerivedType(typeof(Repeated), "repeated")]
[JsonDerivedType(typeof(Staged), "staged")]
[JsonDerivedType(typeof(Recognised), "recognised")]
[JsonDerivedType(typeof(Missing), "missing")]
[JsonDerivedType(typeof(Spoiled), "spoiled")]
[JsonDerivedType(typeof(Announced), "announced")]
[JsonDerivedType(typeof(Withdrawn), "withdrawn")]
[JsonDerivedType(typeof(Resent), "resent")]
[JsonDerivedType(typeof(Receipted), "receipted")]
[JsonDerivedType(typeof(ClearingStarted), "clearing")]
[JsonDerivedType(typeof(Cleared), "cleared")]
[JsonDerivedType(typeof(Kept), "kept")]
[JsonDerivedType(typeof(ClockSet), "clock-set")]
[JsonDerivedType(typeof(Released), "released")]
[JsonDerivedType(typeof(Acknowledged), "acknowledged")]
[JsonDerivedType(typeof(Finished), "finished")]
internal abstract record JournalFact(DateTimeOffset At);

/// <summary>Always the first line.</summary>
internal sealed record Opened(DateTimeOffset At, int Format, string OffloadId, RecorderFacts Recorder) : JournalFact(At)
{
    public const int CurrentFormat = 1;
}

internal sealed record Docked(DateTimeOffset At, string Bay, ClockReading Clock) : JournalFact(At);

/// <param name="Deadline">Only orders the work; the server computes its own.</param>
internal sealed record Listed(
    DateTimeOffset At, int Recording, RecordingFacts Facts, DateTimeOffset Deadline, IReadOnlyList<ListedFile> Files) : JournalFact(At);

/// <param name="Number">Names the staged file, <c>000001.bin</c>; names from the card never become local names.</param>
/// <param name="Path">Printable path on the recorder.</param>
/// <param name="Bytes">Length at listing.</param>
/// <param name="ModifiedAt">UTC, null when the file system has none.</param>
internal sealed record ListedFile(int Number, string Path, long Bytes, DateTimeOffset? ModifiedAt);

/// <summary>SHA-256 of the file's first <paramref name="End"/> bytes. A hint that is proved before it is used: not fsynced.</summary>
internal sealed record ChunkMark(DateTimeOffset At, int File, long End, string PrefixSha256) : JournalFact(At);

internal sealed record Resumed(DateTimeOffset At, int File, long From) : JournalFact(At);

internal sealed record Repeated(DateTimeOffset At, int File, string Reason) : JournalFact(At);

/// <param name="Reread">How the staged copy was read back.</param>
internal sealed record Staged(
    DateTimeOffset At,
    int File,
    long Bytes,
    ContentDigest Digest,
    DateTimeOffset? ModifiedAt,
    RereadKind Reread,
    IReadOnlyList<Finding> Findings) : JournalFact(At);

internal enum RereadKind
{
    /// <summary>From the device: the pages had been dropped, and mincore had shown that none was left.</summary>
    Evicted,

    /// <summary>From the device by O_DIRECT, past pages that would not go.</summary>
    Direct,

    /// <summary>Some pages could not be dropped (tmpfs, Windows): the copy was read back, but maybe from memory.</summary>
    Resident,
}

/// <summary>The file on the recorder was read and has content that an earlier offload has a receipt for.</summary>
internal sealed record Recognised(DateTimeOffset At, int File, long Bytes, ContentDigest Digest, string FromOffload) : JournalFact(At);

/// <summary>Listed, but no longer on the recorder before anything of it could be copied.</summary>
internal sealed record Missing(DateTimeOffset At, int File, string Reason) : JournalFact(At);

/// <summary>The staged copy no longer has its digest; it is set aside and the file is to be copied again.</summary>
internal sealed record Spoiled(DateTimeOffset At, int File, string Reason) : JournalFact(At);

internal sealed record Announced(DateTimeOffset At, string DeliveryId, IReadOnlyList<int> Files) : JournalFact(At);

/// <summary>The delivery will not happen in this form; its files go out in another.</summary>
internal sealed record Withdrawn(DateTimeOffset At, string DeliveryId, string Reason) : JournalFact(At);

internal sealed record Resent(DateTimeOffset At, string DeliveryId, string Reason) : JournalFact(At);

/// <param name="DeliveryId">The delivery that the receipt speaks of; with files that were sealed before, not the announced one.</param>
internal sealed record Receipted(
    DateTimeOffset At, string DeliveryId, string ItemId, string ReceiptId, IReadOnlyList<int> Files, SignedEnvelope Envelope) : JournalFact(At);

/// <summary>Written before the driver deletes, so that a file found gone after a power loss is known to be our doing.</summary>
internal sealed record ClearingStarted(DateTimeOffset At, IReadOnlyList<int> Files, string ReceiptId) : JournalFact(At);

internal sealed record Cleared(DateTimeOffset At, IReadOnlyList<int> Files, string ReceiptId, string? Note = null) : JournalFact(At);

internal sealed record Kept(DateTimeOffset At, int File, string Reason) : JournalFact(At);

/// <param name="Done">False when the recorder did not take it.</param>
/// <param name="Note">How, or why not.</param>
/// <param name="After">Read back; null where the recorder doesn't tell its clock.</param>
internal sealed record ClockSet(DateTimeOffset At, bool Done, string Note, ClockReading? After) : JournalFact(At);

internal sealed record Released(DateTimeOffset At, string Bay) : JournalFact(At);

/// <param name="Count">How many of the delivery's later events the server has acknowledged in all.</param>
internal sealed record Acknowledged(DateTimeOffset At, string DeliveryId, int Count) : JournalFact(At);

/// <summary>Nothing is left to do; the journal is kept to recognise what is still on the recorder.</summary>
internal sealed record Finished(DateTimeOffset At) : JournalFact(At);
