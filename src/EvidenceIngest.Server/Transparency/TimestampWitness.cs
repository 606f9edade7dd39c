using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;

namespace EvidenceIngest.Server.Transparency;

/// <summary>
/// A time stamp authority (RFC 3161): says, by a clock that is not ours, when a head existed. Its token is over the bytes of
/// the head's envelope, so <c>openssl ts -verify -data</c> checks it.
/// </summary>
internal sealed class TimestampWitness(Uri authority, LogOptions options, HttpClient http) : ILogWitness
{
    /// <summary>How <see cref="LogPublication.Place"/> begins where an authority gave a token.</summary>
    public const string PlacePrefix = "tsa:";

    private const int LongestReply = 1 << 20;
    private const int NonceBytes = 8;

    public string Place => PlacePrefix + authority;

    public TimeSpan Interval => options.TimestampInterval;

    public async Task<byte[]> TakeAsync(LogHead head, CancellationToken ct)
    {
        var request = Rfc3161TimestampRequest.CreateFromData(
            head.Envelope, HashAlgorithmName.SHA256, nonce: RandomNumberGenerator.GetBytes(NonceBytes), requestSignerCertificates: true);
        try
        {
            using var content = new ByteArrayContent(request.Encode());
            content.Headers.ContentType = new MediaTypeHeaderValue("application/timestamp-query");
            using var answer = await http.PostAsync(authority, content, ct);
            answer.EnsureSuccessStatusCode();
            await answer.Content.LoadIntoBufferAsync(LongestReply, ct);
            // Compares hash, nonce and status; the signature is checked with the certificate that comes with it.
            var token = request.ProcessResponse(await answer.Content.ReadAsByteArrayAsync(ct), out _);
            return token.VerifySignatureForData(head.Envelope, out _)
                ? token.AsSignedCms().Encode()
                : throw new WitnessUnavailableException($"{authority}: the time stamp's signature does not hold");
        }
        catch (Exception e) when (e is HttpRequestException or CryptographicException || (e is TaskCanceledException && !ct.IsCancellationRequested))
        {
            throw new WitnessUnavailableException($"{authority}: {e.Message}", e);
        }
    }
}
