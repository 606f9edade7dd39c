namespace EvidenceIngest.Domain.Packages;

/// <summary>What a time stamp says.</summary>
/// <param name="At">When the stamped bytes existed, by the authority's clock.</param>
/// <param name="Authority">Subject of the certificate that signed. Whether that is to be trusted is for the reader to know.</param>
public sealed record TimestampFacts(DateTimeOffset At, string Authority);

/// <summary>Reads an RFC 3161 token and demands that it is signed and over these bytes; the domain itself knows no ASN.1.</summary>
/// <exception cref="System.Security.Cryptography.CryptographicException">It is not.</exception>
public delegate TimestampFacts TimestampCheck(ReadOnlyMemory<byte> token, ReadOnlyMemory<byte> stamped);
