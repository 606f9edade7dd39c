namespace EvidenceIngest.Server.Receipts;

/// <summary>A receipt as it was issued: the exact bytes of its envelope. The database refuses to change or delete it.</summary>
internal sealed class StoredReceipt
{
    public required string Id { get; init; }

    public required string DeliveryId { get; init; }

    public required string ItemId { get; init; }

    public required byte[] Envelope { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }
}
