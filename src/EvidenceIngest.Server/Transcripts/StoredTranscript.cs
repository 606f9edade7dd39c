using System.Security.Cryptography;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Transcripts;

namespace EvidenceIngest.Server.Transcripts;

/// <summary>One version of an item's transcript. The database refuses to change or delete it.</summary>
internal sealed class StoredTranscript
{
    public required string ItemId { get; init; }

    public required int Version { get; init; }

    public required TranscriptState State { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>Who wrote this version or confirmed it.</summary>
    public required string MadeBy { get; init; }

    public required string Why { get; init; }

    /// <summary>Of <see cref="Record"/>, lower-case hexadecimal; the chain has it too.</summary>
    public required string Sha256 { get; init; }

    /// <summary>JSON of the <see cref="Transcript"/>: the exact bytes, since they are hashed.</summary>
    public required byte[] Record { get; init; }

    public static StoredTranscript Of(Transcript made, string why)
    {
        var record = EvidenceJson.ToBytes(made);
        return new StoredTranscript
        {
            ItemId = made.ItemId, Version = made.Version, State = made.State, MadeAt = made.ConfirmedAt ?? made.WrittenAt, MadeBy = made.ConfirmedBy ?? made.WrittenBy,
            Why = why, Sha256 = Convert.ToHexStringLower(SHA256.HashData(record)), Record = record,
        };
    }

    public Transcript Read() => EvidenceJson.FromBytes<Transcript>(Record);
}
