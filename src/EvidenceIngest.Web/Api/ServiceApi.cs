using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Web.Sessions;

namespace EvidenceIngest.Web.Api;

/// <summary>
/// The API as whoever is logged in: the pages know no other way to the evidence, so that what a person may not do by the API they
/// can't do here, and what the API records is recorded.
/// </summary>
internal sealed class ServiceApi(ServiceAddress service, Visitor visitor)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <exception cref="ApiProblemException">Refused, or no answer.</exception>
    public async Task<T> GetAsync<T>(string path, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await SendAsync<T>(request, ct);
    }

    /// <returns>Null where there is none, or none within reach.</returns>
    public async Task<T?> FindAsync<T>(string path, CancellationToken ct)
        where T : class
    {
        try
        {
            return await GetAsync<T>(path, ct);
        }
        catch (ApiProblemException e) when (e.Status == StatusCodes.Status404NotFound)
        {
            return null;
        }
    }

    /// <summary>With its ETag, for a change that is refused when somebody else was faster.</summary>
    public async Task<Tagged<T>> GetTaggedAsync<T>(string path, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await SendTaggedAsync<T>(request, ct);
    }

    /// <exception cref="ApiProblemException">412: it is no longer as <paramref name="tag"/> says.</exception>
    public async Task<Tagged<T>> ChangeAsync<T>(HttpMethod method, string path, object body, string? tag, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body, body.GetType(), options: EvidenceJson.Options) };
        if (tag is not null)
            request.Headers.TryAddWithoutValidation("If-Match", tag);
        return await SendTaggedAsync<T>(request, ct);
    }

    /// <summary>Makes what is not there yet, or changes what is.</summary>
    /// <exception cref="ApiProblemException">412: there is one already, though it is new.</exception>
    public async Task PutAsync(string path, object body, bool isNew, CancellationToken ct)
    {
        if (isNew)
            _ = await CreateAsync<JsonElement>(path, body, ct);
        else
            await SendAsync(HttpMethod.Put, path, body, ct);
    }

    /// <exception cref="ApiProblemException">412: there is one already.</exception>
    public async Task<T> CreateAsync<T>(string path, object body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = JsonContent.Create(body, body.GetType(), options: EvidenceJson.Options) };
        request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Any);
        return await SendAsync<T>(request, ct);
    }

    /// <summary>An answer as it is: texts, signed envelopes.</summary>
    public async Task<string> GetTextAsync(string path, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await SendAsync(request, ct);
        return await response.Content.ReadAsStringAsync(ct);
    }

    public async Task<T> SendAsync<T>(HttpMethod method, string path, object? body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: EvidenceJson.Options) };
        return await SendAsync<T>(request, ct);
    }

    public async Task SendAsync(HttpMethod method, string path, object? body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: EvidenceJson.Options) };
        using var response = await SendAsync(request, ct);
    }

    /// <summary>For what takes minutes: as long as the page stays open.</summary>
    public async Task<T> SendPatientlyAsync<T>(string path, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        using var response = await SendAsync(request, ct, Timeout.InfiniteTimeSpan);
        return await ReadAsync<T>(response, ct);
    }

    /// <summary>Spreadsheets and other files.</summary>
    public async Task<T> UploadAsync<T>(string path, Stream content, string mediaType, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StreamContent(content) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        return await SendAsync<T>(request, ct);
    }

    /// <summary>Query parameters; those without a value are left out.</summary>
    public static string Query(params (string Name, string? Value)[] parameters)
    {
        var given = parameters.Where(p => !string.IsNullOrWhiteSpace(p.Value)).Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value!.Trim())}").ToList();
        return given.Count == 0 ? "" : "?" + string.Join('&', given);
    }

    private async Task<Tagged<T>> SendTaggedAsync<T>(HttpRequestMessage request, CancellationToken ct)
    {
        using var response = await SendAsync(request, ct);
        var value = await response.Content.ReadFromJsonAsync<T>(EvidenceJson.Options, ct) ?? throw new JsonException($"{request.RequestUri}: no content");
        return new Tagged<T>(value, response.Headers.ETag?.ToString());
    }

    private async Task<T> SendAsync<T>(HttpRequestMessage request, CancellationToken ct)
    {
        using var response = await SendAsync(request, ct);
        return await ReadAsync<T>(response, ct);
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken ct) =>
        await response.Content.ReadFromJsonAsync<T>(EvidenceJson.Options, ct) ?? throw new JsonException($"{response.RequestMessage?.RequestUri}: no content");

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct, TimeSpan? wait = null)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(wait ?? Patience);
        if (visitor.Token is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        HttpResponseMessage response;
        try
        {
            response = await service.Http.SendAsync(request, patience.Token);
        }
        catch (HttpRequestException)
        {
            throw ApiProblemException.NoAnswer();
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw ApiProblemException.NoAnswer();
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
        {
            var problem = await ApiProblemException.ReadAsync(response, ct);
            if (problem.Status == StatusCodes.Status401Unauthorized)
                visitor.SessionIsOver();
            throw problem;
        }
    }
}

/// <param name="Value">As it was read.</param>
/// <param name="Tag">Its ETag, as it came.</param>
internal sealed record Tagged<T>(T Value, string? Tag);
