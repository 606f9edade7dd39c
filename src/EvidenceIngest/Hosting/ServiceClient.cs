using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using EvidenceIngest.Domain;

namespace EvidenceIngest.Hosting;

/// <summary>
/// The running service's public API, with the operator token of this <c>$EVIDENCE_HOME</c>, or with a person's own whose file
/// <c>EVIDENCE_TOKEN_FILE</c> names.
/// </summary>
internal sealed class ServiceClient : IDisposable
{
    private const string TokenVariable = "EVIDENCE_TOKEN_FILE";

    private readonly HttpClient _http;

    private ServiceClient(Uri server) => _http = new HttpClient { BaseAddress = new Uri(server, "/api/v1/"), Timeout = TimeSpan.FromSeconds(60) };

    private ServiceClient(Uri server, string token)
        : this(server) => Use(token);

    /// <summary>For logging in.</summary>
    public static ServiceClient Anonymous(Settings settings) => new(settings.ServerUrl);

    /// <exception cref="ServiceException">No token file: the service never ran here, or belongs to somebody else.</exception>
    public static ServiceClient For(EvidenceHome home, Settings settings)
    {
        try
        {
            var own = Environment.GetEnvironmentVariable(TokenVariable);
            return new ServiceClient(
                settings.ServerUrl,
                string.IsNullOrEmpty(own) ? home.ReadSecret(home.OperatorTokenFile, "operator token") : home.ReadSecret(Path.GetFullPath(own), TokenVariable));
        }
        catch (SettingsException e) when (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(TokenVariable)))
        {
            throw new ServiceException($"{e.Message}\n服务尚未在此启动过，请运行 ./scripts/run / the service has not been started here: run ./scripts/run");
        }
    }

    public void Use(string token) => _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

    public Task<JsonElement> GetAsync(string path, CancellationToken ct) => SendAsync(HttpMethod.Get, path, content: null, ct);

    /// <summary>The lines of a list that comes by pages.</summary>
    /// <param name="list">Its address.</param>
    /// <param name="query">Filters; those without a value are left out.</param>
    /// <param name="most">So many lines at most.</param>
    /// <param name="ct">Ends it.</param>
    /// <param name="member">What its lines stand under in an answer; null for the name of the list.</param>
    public async IAsyncEnumerable<JsonElement> PagesAsync(
        string list, IReadOnlyList<(string Name, string? Value)> query, int most, [EnumeratorCancellation] CancellationToken ct, string? member = null)
    {
        const int LinesPerPage = 200;
        string? cursor = null;
        for (var count = 0; count < most;)
        {
            var parameters = query.Append<(string Name, string? Value)>(("cursor", cursor)).Where(p => !string.IsNullOrEmpty(p.Value)).Select(p => $"&{p.Name}={Uri.EscapeDataString(p.Value!)}");
            var page = await GetAsync($"{list}?limit={Math.Min(most - count, LinesPerPage)}{string.Concat(parameters)}", ct);
            foreach (var line in page.GetProperty(member ?? list).EnumerateArray())
            {
                count++;
                yield return line;
            }

            cursor = page.GetProperty("next").GetString();
            if (cursor is null)
                yield break;
        }
    }

    public Task<JsonElement> DeleteAsync(string path, CancellationToken ct) => SendAsync(HttpMethod.Delete, path, content: null, ct);

    public async Task<JsonElement> SendAsync(HttpMethod method, string path, object body, CancellationToken ct)
    {
        using var content = JsonContent.Create(body, options: EvidenceJson.Options);
        return await SendAsync(method, path, content, ct);
    }

    /// <summary>Adds what the service has from the target's end on; told is how many bytes arrived, again and again.</summary>
    public async Task DownloadAsync(string path, Stream target, Action<long> told, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (target.Length > 0)
            request.Headers.Range = new RangeHeaderValue(target.Length, null);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            if (!response.IsSuccessStatusCode)
                throw new ServiceException(Explain(response.StatusCode, await response.Content.ReadAsStringAsync(ct)));
            // A service that ignores ranges begins anew.
            target.Seek(response.StatusCode == HttpStatusCode.PartialContent ? target.Length : 0, SeekOrigin.Begin);
            await using var content = await response.Content.ReadAsStreamAsync(ct);
            var buffer = new byte[1 << 18];
            int read;
            while ((read = await content.ReadAsync(buffer, ct)) > 0)
            {
                await target.WriteAsync(buffer.AsMemory(0, read), ct);
                told(read);
            }
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException || (e is TaskCanceledException && !ct.IsCancellationRequested))
        {
            throw new ServiceException($"下载中断，重新运行同一命令即可续传 / the download broke off, run the same command again to go on: {e.Message}");
        }
    }

    /// <summary>A path of the service, such as a link's, as a whole address.</summary>
    public Uri Absolute(string path) => new(_http.BaseAddress!, path);

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, ct);
        }
        catch (HttpRequestException e)
        {
            throw new ServiceException(
                $"{_http.BaseAddress} 没有响应（{e.Message}）\n请先启动服务：./scripts/run / no service answers there: start it with ./scripts/run");
        }
        catch (TaskCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new ServiceException($"{_http.BaseAddress} 超时未响应 / did not answer within {_http.Timeout.TotalSeconds:0} s");
        }

        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(ct);
            if (!response.IsSuccessStatusCode)
                throw new ServiceException(Explain(response.StatusCode, text));
            return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone();
        }
    }

    private static string Explain(HttpStatusCode status, string text)
    {
        try
        {
            var problem = JsonDocument.Parse(text).RootElement;
            var title = problem.TryGetProperty("title", out var t) ? t.GetString() : status.ToString();
            return problem.TryGetProperty("detail", out var detail) ? $"{title}: {detail.GetString()}" : $"{title}";
        }
        catch (JsonException)
        {
            return $"the service answered {(int)status} {status}";
        }
    }
}

/// <summary>The service can't be reached or refused; the message is for the person at the terminal.</summary>
internal sealed class ServiceException(string message) : Exception(message);
