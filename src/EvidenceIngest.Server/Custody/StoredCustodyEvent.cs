namespace EvidenceIngest.Server.Custody;

/// <summary>An event as it was hashed; the database refuses to change or delete it.</summary>
internal sealed class StoredCustodyEvent
{
    public required string ItemId { get; init; }

    public required int Sequence { get; init; }

    public required byte[] Bytes { get; init; }

    public required string Hash { get; init; }
}
