using System.Text;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Domain.Receipts;

namespace EvidenceIngest.Domain.Tests.Receipts;

public sealed class VaultReceiptTests : IDisposable
{
    private static readonly ContentDigest Digest = new(new string('a', 64), new string('b', 64));

    private readonly SigningKey _key = SigningKey.Generate();

    [Fact]
    public void A_signed_statement_becomes_a_receipt()
    {
        var receipt = VaultReceipt.Verify(Sign(), Trusted());
        Assert.Equal("ev-20261120-0123456789", receipt.Statement.ItemId);
        Assert.NotNull(receipt.Find("DCIM/a.MP4", Digest));
    }

    [Fact]
    public void A_receipt_says_nothing_about_other_content_or_another_place()
    {
        var receipt = VaultReceipt.Verify(Sign(), Trusted());
        Assert.Null(receipt.Find("DCIM/a.MP4", new ContentDigest(new string('c', 64))));
        Assert.Null(receipt.Find("DCIM/b.MP4", Digest));
    }

    [Fact]
    public void Another_key_proves_nothing()
    {
        using var other = SigningKey.Generate();
        using var otherPublic = new VerificationKey(other.PublicPem);
        Assert.Throws<ReceiptRefusedException>(() => VaultReceipt.Verify(Sign(), otherPublic));
    }

    [Fact]
    public void Every_changed_byte_of_the_payload_is_noticed()
    {
        var envelope = Sign();
        for (var i = 0; i < envelope.Payload.Length; i++)
        {
            var forged = (byte[])envelope.Payload.Clone();
            forged[i] ^= 1;
            Assert.Throws<ReceiptRefusedException>(() => VaultReceipt.Verify(envelope with { Payload = forged }, Trusted()));
        }
    }

    [Fact]
    public void A_signature_over_something_else_can_not_be_moved_here()
    {
        var envelope = _key.Sign("application/x-other", EvidenceJson.ToBytes(Statement()));
        var relabelled = envelope with { PayloadType = ReceiptStatement.PayloadType };
        Assert.Throws<ReceiptRefusedException>(() => VaultReceipt.Verify(envelope, Trusted()));
        Assert.Throws<ReceiptRefusedException>(() => VaultReceipt.Verify(relabelled, Trusted()));
    }

    [Fact]
    public void A_validly_signed_text_that_is_no_receipt_is_refused()
    {
        var envelope = _key.Sign(ReceiptStatement.PayloadType, "{\"itemId\":null}"u8.ToArray());
        Assert.Throws<ReceiptRefusedException>(() => VaultReceipt.Verify(envelope, Trusted()));
    }

    [Fact]
    public void An_envelope_survives_json_and_the_key_survives_pem()
    {
        using var again = SigningKey.FromPem(_key.ExportPem());
        var envelope = EvidenceJson.FromBytes<SignedEnvelope>(EvidenceJson.ToBytes(Sign()));
        Assert.Equal(_key.KeyId, again.KeyId);
        VaultReceipt.Verify(envelope, Trusted());
    }

    [Fact]
    public void The_signed_bytes_are_those_of_the_dsse_specification()
    {
        // Example of the DSSE protocol document: type "http://example.com/HelloWorld", body "hello world".
        var envelope = new SignedEnvelope("http://example.com/HelloWorld", "hello world"u8.ToArray(), []);
        Assert.Equal(
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
            Encoding.UTF8.GetString(envelope.PreAuthenticationEncoding()));
    }

    public void Dispose() => _key.Dispose();

    private VerificationKey Trusted() => new(_key.PublicPem);

    private SignedEnvelope Sign() => _key.Sign(ReceiptStatement.PayloadType, EvidenceJson.ToBytes(Statement()));

    private ReceiptStatement Statement() => new(
        "r1", "ev-20261120-0123456789", new string('d', 64), "dev-J800000", "dock-1", DateTimeOffset.UnixEpoch, _key.PublicPem,
        [new SealedFile("DCIM/a.MP4", 5, Digest, "evidence", "masters/x", "v1", DateTimeOffset.UnixEpoch.AddYears(80))]);
}
