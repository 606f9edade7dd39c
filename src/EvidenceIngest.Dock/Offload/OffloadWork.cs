using EvidenceIngest.Dock.Journal;
using EvidenceIngest.Recorders.Listing;

namespace EvidenceIngest.Dock.Offload;

/// <summary>What is to be done about one file that is on the recorder now.</summary>
internal abstract record OffloadWork(RecorderFile File, int Number, DateTimeOffset Deadline);

/// <summary>New, or half copied.</summary>
internal sealed record CopyWork(RecorderFile File, int Number, DateTimeOffset Deadline) : OffloadWork(File, Number, Deadline);

/// <summary>Its content is known, if it still has it: read and hashed, not copied.</summary>
/// <param name="Expected">What it must have to be the same.</param>
/// <param name="Earlier">The finished offload that knows it; null when this one does.</param>
internal sealed record ConfirmWork(
    RecorderFile File, int Number, DateTimeOffset Deadline, Domain.Digests.ContentDigest Expected, KnownFile? Earlier)
    : OffloadWork(File, Number, Deadline);
