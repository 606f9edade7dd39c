using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using EvidenceIngest.Domain.Custody;

namespace EvidenceIngest.EndToEnd.Tests.Installations;

/// <summary>
/// The running service as a case system sees it. Tests that wait ask here, not with the start of a process a second:
/// it would take the two cores from the programs under test.
/// </summary>
internal static class PublicApi
{
    private const int PageSize = 200;

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>Every item; null while no service answers.</summary>
    public static async Task<IReadOnlyList<ItemLine>?> ItemsAsync(this Installation installation)
    {
        var items = new List<ItemLine>();
        for (var cursor = ""; ;)
        {
            var page = await TryGetAsync<ItemPage>(
                installation, $"items?limit={PageSize}" + (cursor.Length > 0 ? "&cursor=" + Uri.EscapeDataString(cursor) : ""));
            if (page is null)
                return null;
            items.AddRange(page.Items);
            if (string.IsNullOrEmpty(page.Next))
                return items;
            cursor = page.Next;
        }
    }

    /// <summary>What the bays show; null while no service answers.</summary>
    public static async Task<IReadOnlyList<BayLine>?> BaysAsync(this Installation installation) =>
        await TryGetAsync<BayLine[]>(installation, "bays");

    /// <summary>The events of an item's chain, which is checked from its first byte.</summary>
    public static async Task<IReadOnlyList<string>> CustodyAsync(this Installation installation, string item)
    {
        var events = await TryGetAsync<JsonElement[]>(installation, $"items/{Uri.EscapeDataString(item)}/custody");
        Assert.NotNull(events);
        Assert.Null(CustodyChain.Verify(item, events.Select(e => (e.GetProperty("bytes").GetBytesFromBase64(), e.GetProperty("hash").GetString()!))));
        return [.. events.Select(e => e.GetProperty("kind").GetString()!)];
    }

    public static async Task<HttpStatusCode> HealthAsync(this Installation installation)
    {
        using var answer = await Http.GetAsync(new Uri(installation.Api, "health"));
        return answer.StatusCode;
    }

    private static async Task<T?> TryGetAsync<T>(Installation installation, string path)
        where T : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(installation.Api, "api/v1/" + path));
        try
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", installation.Secret("operator.token"));
            using var answer = await Http.SendAsync(request);
            return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<T>() : null;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or FileNotFoundException)
        {
            return null;
        }
    }

    private sealed record ItemPage(IReadOnlyList<ItemLine> Items, string? Next);
}

/// <summary>What one bay shows.</summary>
internal sealed record BayLine(string Bay, string State, string? Recorder, string? Reason);
