using EvidenceIngest.Domain.Transcripts;

namespace EvidenceIngest.Server.Transcripts;

/// <param name="Language">BCP 47, such as zh.</param>
/// <param name="Segments">The whole transcript, 1 to 20,000 segments in the order of speech.</param>
/// <param name="Follows">The version that it was made from; 0 for the first.</param>
/// <param name="Why">Why it is written or corrected; enters the item's chain.</param>
public sealed record TranscriptRequest(string Language, IReadOnlyList<TranscriptSegment> Segments, int Follows, string Why);

/// <param name="Version">The version that is vouched for; it has to be the last one.</param>
/// <param name="Why">How it was compared with the sound; enters the item's chain.</param>
public sealed record TranscriptConfirmation(int Version, string Why);

/// <summary>A version without its words.</summary>
/// <param name="Version">From 1, without gaps.</param>
/// <param name="State">Draft, Corrected or Confirmed.</param>
/// <param name="At">When it was written or confirmed, UTC.</param>
/// <param name="By">By whom.</param>
/// <param name="Why">As they said.</param>
/// <param name="Sha256">Of its JSON, as the item's chain has it.</param>
public sealed record TranscriptVersion(int Version, TranscriptState State, DateTimeOffset At, string By, string Why, string Sha256);
