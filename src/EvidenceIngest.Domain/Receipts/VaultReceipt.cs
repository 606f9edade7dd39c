using System.Text.Json;
using EvidenceIngest.Domain.Digests;

namespace EvidenceIngest.Domain.Receipts;

/// <summary>
/// Proof that every file of a delivery lies in the vault, was read back whole, hashed to the manifest's digests, and is
/// locked. It exists only after its signature was verified, so a method that asks for one can't be called without proof.
/// </summary>
public sealed class VaultReceipt
{
    private VaultReceipt(SignedEnvelope envelope, ReceiptStatement statement)
    {
        Envelope = envelope;
        Statement = statement;
    }

    public SignedEnvelope Envelope { get; }

    public ReceiptStatement Statement { get; }

    /// <summary>The sealed file with this content that came from this place on this recorder, or null.</summary>
    public SealedFile? Find(string recorderPath, ContentDigest digest) =>
        Statement.Files.FirstOrDefault(f => f.RecorderPath == recorderPath && f.Digest.Matches(digest));

    /// <summary>The only way to a receipt: an envelope whose signature was made with the key that the dock trusts.</summary>
    /// <exception cref="ReceiptRefusedException">Wrong key, broken signature, wrong payload type or shape.</exception>
    public static VaultReceipt Verify(SignedEnvelope envelope, VerificationKey trusted)
    {
        if (envelope.PayloadType != ReceiptStatement.PayloadType)
            throw new ReceiptRefusedException($"payload type '{envelope.PayloadType}' is not a receipt");
        if (!envelope.IsSignedBy(trusted))
            throw new ReceiptRefusedException($"no valid signature by the trusted key {trusted.KeyId}");
        try
        {
            return new VaultReceipt(envelope, EvidenceJson.FromBytes<ReceiptStatement>(envelope.Payload));
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new ReceiptRefusedException("the signed payload is not a receipt: " + e.Message);
        }
    }
}

/// <summary>What the server states and signs. The public key is inside, so that an exported receipt is complete.</summary>
/// <param name="ReceiptId">Unique; a second receipt for one delivery has another id and the same facts.</param>
/// <param name="ItemId">The evidence item that the files belong to.</param>
/// <param name="DeliveryId">The delivery that brought them (<see cref="Deliveries.DeliveryManifest.DeliveryId"/>).</param>
/// <param name="RecorderId">The recorder that they came from.</param>
/// <param name="DockId">The dock that delivered them.</param>
/// <param name="SealedAt">When the last lock had been read back, UTC.</param>
/// <param name="PublicKey">PEM of the signing key.</param>
/// <param name="Files">Every file of the delivery.</param>
public sealed record ReceiptStatement(
    string ReceiptId,
    string ItemId,
    string DeliveryId,
    string RecorderId,
    string DockId,
    DateTimeOffset SealedAt,
    string PublicKey,
    IReadOnlyList<SealedFile> Files)
{
    public const string PayloadType = "application/vnd.evidence-ingest.receipt+json";
}

/// <param name="RecorderPath">The file's path on the recorder, as in the manifest.</param>
/// <param name="Bytes">Length in bytes.</param>
/// <param name="Digest">As read back from the vault.</param>
/// <param name="Bucket">Where it lies.</param>
/// <param name="Key">Where it lies.</param>
/// <param name="VersionId">The locked version; other versions of the key prove nothing.</param>
/// <param name="LockedUntil">COMPLIANCE retention as read back from the vault, UTC.</param>
public sealed record SealedFile(
    string RecorderPath,
    long Bytes,
    ContentDigest Digest,
    string Bucket,
    string Key,
    string VersionId,
    DateTimeOffset LockedUntil);

/// <summary>A receipt that proves nothing; whatever it was to allow must not happen.</summary>
public sealed class ReceiptRefusedException(string message) : Exception(message);
