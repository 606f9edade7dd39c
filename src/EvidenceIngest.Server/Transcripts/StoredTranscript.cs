using EvidenceIngest.Domain.Transcripts;

namespace EvidenceIngest.Server.Transcripts;

/// <summary>One version of an item's transcript. The database refuses to change or delete it.</summary>
internal sealed class StoredTranscript
{
    public required string ItemId { get; init; }

    public required int Version { get; init; }

    public required string Language { get; init; }

    public required TranscriptState State { get; init; }

    public required string Source { get; init; }

    public required IReadOnlyList<TranscriptSegment> Segments { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    public required string MadeBy { get; init; }

    public Transcript Transcript => new(Version, Language, State, Source, Segments, MadeAt, MadeBy);
}
