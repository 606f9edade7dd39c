using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Recorders.Listing;

namespace EvidenceIngest.Recorders.Tests.Support;

/// <summary>Real receipts: signed and verified, as there is no other way to one.</summary>
internal static class Receipts
{
    public static VaultReceipt For(params (RecorderFile File, byte[] Sealed)[] files) =>
        Signed([.. files.Select(f => Entry(f.File.Path, f.Sealed))]);

    public static SealedFile Entry(string path, byte[] content, bool withSm3 = true)
    {
        using var hasher = new ContentHasher(withSm3);
        hasher.Append(content);
        return new SealedFile(path, content.Length, hasher.Finish(), "vault", "key", "version", DateTimeOffset.UnixEpoch.AddYears(90));
    }

    public static VaultReceipt Signed(IReadOnlyList<SealedFile> files)
    {
        using var key = SigningKey.Generate();
        using var trusted = new VerificationKey(key.PublicPem);
        return VaultReceipt.Verify(Envelope(key, files), trusted);
    }

    public static SignedEnvelope Envelope(SigningKey key, IReadOnlyList<SealedFile> files) => key.Sign(
        ReceiptStatement.PayloadType,
        EvidenceJson.ToBytes(new ReceiptStatement(
            "receipt", "item", "delivery", "recorder", "dock", DateTimeOffset.UnixEpoch, key.PublicPem, files)));
}
