using System.Net;
using System.Net.Http.Headers;
using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Server.Transcription.Sound;

namespace EvidenceIngest.Server.Transcription.Remote;

/// <summary>A site's own recogniser behind OpenAI's <c>POST /v1/audio/transcriptions</c>. Its answers are somebody else's: see <see cref="VerboseAnswer"/>.</summary>
/// <param name="http">Without time limit, redirects or proxy: sound goes where the site said and nowhere else.</param>
/// <param name="choice">Where it is.</param>
/// <param name="language">BCP 47; it is told, never asked.</param>
internal sealed class HttpTranscriber(HttpClient http, HttpChoice choice, string language) : ITranscriber
{
    private const int LargestAnswer = 8 << 20;
    private const int MostOfReason = 200;

    // The interface has ISO 639-1 codes, without regions.
    private readonly string _code = language.Split('-')[0];

    public string Source => $"http {choice.Url.Host}{(choice.Url.IsDefaultPort ? "" : ":" + choice.Url.Port)}, model {choice.Model ?? "of its own choice"}, version not told";

    public async Task<IReadOnlyList<TranscriptSegment>> TranscribeAsync(ReadOnlyMemory<byte> window, CancellationToken ct)
    {
        if (window.IsEmpty)
            return [];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(choice.Limit);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, choice.Url) { Content = Form(window) };
            if (choice.Token is { } token)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (answer.StatusCode != HttpStatusCode.OK)
                throw await RefusedAsync(answer, limit.Token);
            return VerboseAnswer.Read(await ReadAsync(answer, limit.Token), (double)window.Length / WavHeader.SampleBytes / WavHeader.Rate);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new TranscriberUnavailableException($"the recogniser did not answer within {choice.Limit.TotalSeconds:0} s", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new TranscriberUnavailableException("the recogniser can't be reached: " + e.Message, e);
        }
    }

    public void Dispose()
    {
        // The connections are everybody's.
    }

#pragma warning disable CA2000 // The form disposes of its parts.
    private MultipartFormDataContent Form(ReadOnlyMemory<byte> window)
    {
        var file = new ByteArrayContent([.. WavHeader.Write(window.Length), .. window.Span]);
        file.Headers.ContentType = new MediaTypeHeaderValue("audio/wav");
        var form = new MultipartFormDataContent
        {
            // Many servers read no names without quotes.
            { file, "\"file\"", "\"window.wav\"" },
            { new StringContent(_code), "\"language\"" },
            { new StringContent("verbose_json"), "\"response_format\"" },
            { new StringContent("word"), "\"timestamp_granularities[]\"" },
            { new StringContent("segment"), "\"timestamp_granularities[]\"" },
        };
        if (choice.Model is { } model)
            form.Add(new StringContent(model), "\"model\"");
        return form;
    }
#pragma warning restore CA2000

    private static async Task<byte[]> ReadAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        await using var content = await answer.Content.ReadAsStreamAsync(ct);
        using var whole = new MemoryStream();
        var buffer = new byte[64 << 10];
        for (int read; (read = await content.ReadAsync(buffer, ct)) > 0;)
        {
            if (whole.Length + read > LargestAnswer)
                throw new TranscriberFaultException($"the recogniser's answer is larger than {LargestAnswer >> 20} MiB");
            whole.Write(buffer, 0, read);
        }

        return whole.ToArray();
    }

    /// <summary>What a recogniser says of this sound is about this sound; its rights, its address and its load are about itself.</summary>
    private static async Task<Exception> RefusedAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        var buffer = new byte[MostOfReason];
        await using var content = await answer.Content.ReadAsStreamAsync(ct);
        var read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        var what = $"the recogniser answered {(int)answer.StatusCode}: {SpokenText.Clean(System.Text.Encoding.UTF8.GetString(buffer, 0, read))}";
        return answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnsupportedMediaType or HttpStatusCode.UnprocessableEntity
            ? new TranscriberFaultException(what)
            : new TranscriberUnavailableException(what);
    }
}
