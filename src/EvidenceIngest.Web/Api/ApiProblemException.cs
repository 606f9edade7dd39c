using System.Net;
using System.Text.Json;

namespace EvidenceIngest.Web.Api;

/// <summary>The API refused, or gave no answer: an RFC 9457 problem.</summary>
/// <param name="status">HTTP status; 0 when there was no answer.</param>
/// <param name="detail">What happened and what to do, in the API's words; null without an answer.</param>
public sealed class ApiProblemException(int status, string? detail) : Exception(detail)
{
    public int Status { get; } = status;

    public string? Detail { get; } = detail;

    public static ApiProblemException NoAnswer() => new(0, null);

    internal static async Task<ApiProblemException> ReadAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var text = await response.Content.ReadAsStringAsync(ct);
        try
        {
            using var problem = JsonDocument.Parse(text);
            return new ApiProblemException((int)response.StatusCode, problem.RootElement.TryGetProperty("detail", out var detail) ? detail.GetString() : null);
        }
        catch (JsonException)
        {
            return new ApiProblemException((int)response.StatusCode, response.StatusCode == HttpStatusCode.BadGateway ? null : text.Length is 0 or > 500 ? null : text);
        }
    }
}
