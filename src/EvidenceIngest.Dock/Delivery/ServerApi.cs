using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Deliveries;

namespace EvidenceIngest.Dock.Delivery;

/// <summary>
/// The delivery protocol (Domain/Deliveries/DeliveryProtocol.cs) as calls. Every call may be repeated. Throws
/// <see cref="ServerUnreachableException"/>, <see cref="ServerBusyException"/>, <see cref="DockNotTrustedException"/> or
/// <see cref="ServerRefusedException"/>.
/// </summary>
internal sealed class ServerApi(HttpClient http, DockOptions options, CredentialStore credentials)
{
    /// <summary>Longest wait that the protocol allows, in seconds.</summary>
    public const int MaxWaitSeconds = 30;

    private static readonly string[] ProblemParts = ["title", "detail"];

    public Task<EnrolmentAnswer> EnrolAsync(EnrolmentRequest request, CancellationToken ct) =>
        SendAsync<EnrolmentAnswer>(HttpMethod.Post, "docks/enrol", request, ct);

    /// <summary>Either the delivery's status, or the files that other deliveries have sealed already.</summary>
    public async Task<(DeliveryStatus? Status, IReadOnlyList<AlreadySealedFile> AlreadySealed)> AnnounceAsync(
        DeliveryManifest manifest, CancellationToken ct)
    {
        using var response = await RequestAsync(HttpMethod.Post, "deliveries", manifest, ct);
        if (response.StatusCode == HttpStatusCode.Conflict
            && AlreadySealedIn(await response.Content.ReadAsByteArrayAsync(ct)) is { Count: > 0 } already)
        {
            return (null, already);
        }

        return (await ReadAsync<DeliveryStatus>(response, ct), []);
    }

    public Task<GrantAnswer> GrantsAsync(string deliveryId, GrantRequest request, CancellationToken ct) =>
        SendAsync<GrantAnswer>(HttpMethod.Post, $"deliveries/{deliveryId}/grants", request, ct);

    public Task<DeliveryStatus> CompleteAsync(string deliveryId, CancellationToken ct) =>
        SendAsync<DeliveryStatus>(HttpMethod.Post, $"deliveries/{deliveryId}/complete", body: null, ct);

    public Task<DeliveryStatus> StatusAsync(string deliveryId, int waitSeconds, CancellationToken ct) =>
        SendAsync<DeliveryStatus>(HttpMethod.Get, FormattableString.Invariant($"deliveries/{deliveryId}?waitSeconds={waitSeconds}"), body: null, ct);

    public async Task ReportAsync(string deliveryId, IReadOnlyList<DockEvent> events, CancellationToken ct)
    {
        using var response = await RequestAsync(HttpMethod.Post, $"deliveries/{deliveryId}/events", events, ct);
        await CheckAsync(response, ct);
    }

    public async Task ReportBaysAsync(IReadOnlyList<BayReport> bays, CancellationToken ct)
    {
        using var response = await RequestAsync(HttpMethod.Put, "docks/me/bays", bays, ct);
        await CheckAsync(response, ct);
    }

    public Task<RecorderAdmission> AdmissionAsync(string recorderId, CancellationToken ct) =>
        SendAsync<RecorderAdmission>(HttpMethod.Get, $"docks/me/recorders/{Uri.EscapeDataString(recorderId)}/admission", body: null, ct);

    private async Task<T> SendAsync<T>(HttpMethod method, string path, object? body, CancellationToken ct)
    {
        using var response = await RequestAsync(method, path, body, ct);
        return await ReadAsync<T>(response, ct);
    }

    private async Task<HttpResponseMessage> RequestAsync(HttpMethod method, string path, object? body, CancellationToken ct)
    {
        var root = options.Server.AbsoluteUri.TrimEnd('/');
        using var request = new HttpRequestMessage(method, $"{root}/api/v1/{path}");
        if (credentials.Current is { } known)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", known.Token);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(EvidenceJson.ToBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        try
        {
            return await http.SendAsync(request, ct);
        }
        catch (Exception e) when (IsNetworkTrouble(e, ct))
        {
            throw new ServerUnreachableException($"{method} {path}: {e.Message}", e);
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken ct)
    {
        await CheckAsync(response, ct);
        try
        {
            return EvidenceJson.FromBytes<T>(await response.Content.ReadAsByteArrayAsync(ct));
        }
        catch (Exception e) when (e is JsonException || IsNetworkTrouble(e, ct))
        {
            // A proxy's own page or a torn answer: not what the server would say for good.
            throw new ServerBusyException($"the server's answer can't be read: {e.Message}", cause: e);
        }
    }

    private static async Task CheckAsync(HttpResponseMessage response, CancellationToken ct)
    {
        if (response.IsSuccessStatusCode)
            return;
        var status = (int)response.StatusCode;
        var text = await ProblemTextAsync(response, ct);
        if (status is 401 or 403)
            throw new DockNotTrustedException(text);
        if (status is >= 500 or 429 or 408)
            throw new ServerBusyException(text, RetryAfterOf(response));
        throw new ServerRefusedException(status, text);
    }

    private static TimeSpan? RetryAfterOf(HttpResponseMessage response) => response.Headers.RetryAfter?.Delta;

    private static async Task<string> ProblemTextAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var status = $"HTTP {(int)response.StatusCode}";
        try
        {
            using var problem = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(ct));
            var told = ProblemParts
                .Select(name => problem.RootElement.TryGetProperty(name, out var value) ? value.ToString() : null)
                .Where(value => !string.IsNullOrEmpty(value));
            return string.Join(": ", told.Prepend(status));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException || IsNetworkTrouble(e, ct))
        {
            return status;
        }
    }

    private static List<AlreadySealedFile> AlreadySealedIn(byte[] body)
    {
        try
        {
            using var problem = JsonDocument.Parse(body);
            return problem.RootElement.TryGetProperty("alreadySealed", out var files)
                ? files.Deserialize<List<AlreadySealedFile>>(EvidenceJson.Options) ?? []
                : [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    // A time-out of HttpClient's own is a TaskCanceledException although nobody cancelled.
    private static bool IsNetworkTrouble(Exception e, CancellationToken ct) =>
        e is HttpRequestException or IOException || (e is OperationCanceledException && !ct.IsCancellationRequested);
}
