using EvidenceIngest.Domain.Transcripts;

namespace EvidenceIngest.Server.Transcription;

/// <summary>What an engine has heard so far of an item that it is not through with: a killed job goes on behind the last one.</summary>
internal sealed class HeardWindow
{
    public required string ItemId { get; init; }

    /// <summary>First sample, from the item's beginning.</summary>
    public required long Begins { get; init; }

    /// <summary>First sample of the next window.</summary>
    public required long Ends { get; init; }

    /// <summary>Of what it was heard, and by whom: another sound, language or model begins anew.</summary>
    public required string Work { get; init; }

    public required IReadOnlyList<TranscriptSegment> Segments { get; init; }

    public required DateTimeOffset HeardAt { get; init; }
}

/// <summary>An engine's work on one item.</summary>
/// <param name="ItemId">Whose sound.</param>
/// <param name="Language">That a person or the service's setting says it is spoken in.</param>
/// <param name="Source">The engine.</param>
/// <param name="SoundSha256">Of the sound.</param>
internal sealed record DraftWork(string ItemId, string Language, string Source, string SoundSha256)
{
    public string Key => $"{Language}, sound sha256 {SoundSha256}, {Source}";
}
