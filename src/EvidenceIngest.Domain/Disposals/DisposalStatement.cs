using EvidenceIngest.Domain.Digests;

namespace EvidenceIngest.Domain.Disposals;

/// <summary>销毁清单: what was given up for deletion after its term, who proposed and who confirmed it. Signed as receipts are.</summary>
/// <param name="DisposalId">Of the decision.</param>
/// <param name="Why">The reason that was given.</param>
/// <param name="ProposedBy">Who.</param>
/// <param name="ProposedRole">As what.</param>
/// <param name="ProposedAt">UTC.</param>
/// <param name="ConfirmedBy">Another person.</param>
/// <param name="ConfirmedRole">In another role.</param>
/// <param name="ConfirmedAt">UTC.</param>
/// <param name="Items">With everything by which a copy could still be recognised.</param>
/// <param name="PublicKey">PEM of the key that signed.</param>
public sealed record DisposalStatement(
    string DisposalId, string Why, string ProposedBy, string ProposedRole, DateTimeOffset ProposedAt, string ConfirmedBy, string ConfirmedRole,
    DateTimeOffset ConfirmedAt, IReadOnlyList<DisposedItem> Items, string PublicKey)
{
    public const string PayloadType = "application/vnd.evidence-ingest.disposal+json";
}

/// <param name="ItemId">Of the item, whose metadata, digests and chain stay.</param>
/// <param name="SealedAt">UTC.</param>
/// <param name="RetainUntil">When its term ended, UTC.</param>
/// <param name="ReceiptId">Of its receipt, which stays.</param>
/// <param name="Files">Its masters.</param>
public sealed record DisposedItem(string ItemId, DateTimeOffset SealedAt, DateTimeOffset RetainUntil, string ReceiptId, IReadOnlyList<DisposedFile> Files);

/// <param name="RecorderPath">On the recorder.</param>
/// <param name="Bytes">Length in bytes.</param>
/// <param name="Digest">As in the receipt.</param>
/// <param name="Bucket">Where it lay.</param>
/// <param name="Key">Where it lay.</param>
/// <param name="VersionId">Which version.</param>
/// <param name="LockedUntil">When its lock ran out, UTC.</param>
public sealed record DisposedFile(
    string RecorderPath, long Bytes, ContentDigest Digest, string Bucket, string Key, string VersionId, DateTimeOffset LockedUntil);
