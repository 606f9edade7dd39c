using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace EvidenceIngest.Domain.Receipts;

/// <summary>
/// A DSSE envelope (Dead Simple Signing Envelope v1, github.com/secure-systems-lab/dsse): the payload's exact bytes travel
/// with signatures over them, so nothing has to be put into a canonical form to be verified.
/// </summary>
/// <param name="PayloadType">Media type of the payload; it is part of what is signed.</param>
/// <param name="Payload">The signed bytes; base64 in JSON.</param>
/// <param name="Signatures">ECDSA P-256 over SHA-256 of the pre-authentication encoding, DER.</param>
public sealed record SignedEnvelope(string PayloadType, byte[] Payload, IReadOnlyList<EnvelopeSignature> Signatures)
{
    /// <summary>The bytes that are signed: <c>DSSEv1 SP LEN(type) SP type SP LEN(payload) SP payload</c>.</summary>
    public byte[] PreAuthenticationEncoding()
    {
        var header = string.Create(
            CultureInfo.InvariantCulture,
            $"DSSEv1 {Encoding.UTF8.GetByteCount(PayloadType)} {PayloadType} {Payload.Length} ");
        return [.. Encoding.UTF8.GetBytes(header), .. Payload];
    }

    /// <summary>True when one of the signatures was made with this key.</summary>
    public bool IsSignedBy(VerificationKey key)
    {
        var signed = PreAuthenticationEncoding();
        return Signatures.Any(s => s.KeyId == key.KeyId && key.Verifies(signed, s.Sig));
    }
}

/// <param name="KeyId">SHA-256 of the public key's SubjectPublicKeyInfo, lower-case hexadecimal.</param>
/// <param name="Sig">DER-encoded ECDSA signature; base64 in JSON.</param>
public sealed record EnvelopeSignature(string KeyId, byte[] Sig);

/// <summary>A public ECDSA P-256 key that verifies envelopes.</summary>
public sealed class VerificationKey : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create();

    /// <exception cref="CryptographicException">Not a public key.</exception>
    /// <exception cref="ArgumentException">No PEM text.</exception>
    public VerificationKey(string pem)
    {
        _key.ImportFromPem(pem);
        Pem = _key.ExportSubjectPublicKeyInfoPem();
        KeyId = SigningKey.IdOf(_key);
    }

    public string Pem { get; }

    public string KeyId { get; }

    public bool Verifies(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        _key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    public void Dispose() => _key.Dispose();
}

/// <summary>The server's private ECDSA P-256 key; it lives in <c>$EVIDENCE_HOME/secrets</c>.</summary>
public sealed class SigningKey : IDisposable
{
    private readonly ECDsa _key;

    private SigningKey(ECDsa key)
    {
        _key = key;
        KeyId = IdOf(key);
        PublicPem = key.ExportSubjectPublicKeyInfoPem();
    }

    public string KeyId { get; }

    public string PublicPem { get; }

    public static SigningKey Generate() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <exception cref="CryptographicException">Not a private EC key.</exception>
    /// <exception cref="ArgumentException">No PEM text.</exception>
    public static SigningKey FromPem(string pem)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(pem);
        return new SigningKey(key);
    }

    public string ExportPem() => _key.ExportPkcs8PrivateKeyPem();

    public SignedEnvelope Sign(string payloadType, byte[] payload)
    {
        var unsigned = new SignedEnvelope(payloadType, payload, []);
        var signature = _key.SignData(
            unsigned.PreAuthenticationEncoding(), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return unsigned with { Signatures = [new EnvelopeSignature(KeyId, signature)] };
    }

    public void Dispose() => _key.Dispose();

    internal static string IdOf(ECDsa key) =>
        Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
}
