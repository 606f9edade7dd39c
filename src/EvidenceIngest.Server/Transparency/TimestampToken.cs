using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using EvidenceIngest.Domain.Packages;

namespace EvidenceIngest.Server.Transparency;

/// <summary>Reads RFC 3161 tokens for verifiers, which need no server for it.</summary>
public static class TimestampToken
{
    /// <summary>
    /// Demands that the token is signed by the certificate that came with it, and over these bytes. Not whether that certificate
    /// is to be trusted: that takes the authority's own root (<c>openssl ts -verify -CAfile</c>).
    /// </summary>
    /// <exception cref="CryptographicException">It is not.</exception>
    public static TimestampFacts Check(ReadOnlyMemory<byte> token, ReadOnlyMemory<byte> stamped)
    {
        if (!Rfc3161TimestampToken.TryDecode(token, out var stamp, out var read) || read != token.Length)
            throw new CryptographicException("it can't be read");
        if (!stamp.VerifySignatureForData(stamped.Span, out var signer))
            throw new CryptographicException("it is over other bytes, or its signature does not hold");
        using (signer)
            return new TimestampFacts(stamp.TokenInfo.Timestamp.ToUniversalTime(), signer.Subject);
    }
}
