using System.Text.Json;
using EvidenceIngest.Domain.Receipts;

namespace EvidenceIngest.Domain.Transparency;

/// <summary>
/// The log as a whole at one moment: whoever keeps one notices every later change of any event before it. Signed as a
/// <see cref="SignedEnvelope"/>.
/// </summary>
/// <param name="TreeSize">How many events the log holds.</param>
/// <param name="RootHash">Root of their Merkle tree (RFC 6962), lower-case hexadecimal.</param>
/// <param name="At">When it was signed, by the server's clock, UTC.</param>
/// <param name="Server">Who signed it.</param>
/// <param name="PublicKey">PEM of the signing key. It proves something only when compared with the published one.</param>
public sealed record TreeHead(long TreeSize, string RootHash, DateTimeOffset At, string Server, string PublicKey)
{
    public const string PayloadType = "application/vnd.evidence-ingest.tree-head+json";

    /// <summary>The only way to a head that may be believed.</summary>
    /// <exception cref="TreeHeadRefusedException">Wrong key, broken signature, wrong payload type or shape.</exception>
    public static TreeHead Verify(SignedEnvelope envelope, VerificationKey trusted)
    {
        if (envelope.PayloadType != PayloadType)
            throw new TreeHeadRefusedException($"payload type '{envelope.PayloadType}' is no tree head");
        if (!envelope.IsSignedBy(trusted))
            throw new TreeHeadRefusedException($"no valid signature by the trusted key {trusted.KeyId}");
        try
        {
            return EvidenceJson.FromBytes<TreeHead>(envelope.Payload);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new TreeHeadRefusedException("the signed payload is no tree head: " + e.Message);
        }
    }
}

/// <summary>A head that proves nothing.</summary>
public sealed class TreeHeadRefusedException(string message) : Exception(message);
