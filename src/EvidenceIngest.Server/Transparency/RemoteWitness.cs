using System.Net.Http.Headers;

namespace EvidenceIngest.Server.Transparency;

/// <summary>
/// Somebody else's server that is sent every head as it is: a procuratorate, a partner agency, an archive. What it answers is
/// kept; whatever it does with the head, having it is enough.
/// </summary>
internal sealed class RemoteWitness(Uri address, LogOptions options, HttpClient http) : ILogWitness
{
    private const int LongestReply = 64 << 10;

    public string Place => "witness:" + address;

    public TimeSpan Interval => options.WitnessInterval;

    public async Task<byte[]> TakeAsync(LogHead head, CancellationToken ct)
    {
        try
        {
            using var content = new ByteArrayContent(head.Envelope);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var answer = await http.PostAsync(address, content, ct);
            answer.EnsureSuccessStatusCode();
            await answer.Content.LoadIntoBufferAsync(LongestReply, ct);
            return await answer.Content.ReadAsByteArrayAsync(ct);
        }
        catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !ct.IsCancellationRequested))
        {
            throw new WitnessUnavailableException($"{address}: {e.Message}", e);
        }
    }
}
