using System.Text.Json;
using EvidenceIngest.Domain;

namespace EvidenceIngest.Server.Access;

/// <summary>Reads JSON bodies with a limit, and says what is wrong with them.</summary>
internal static class RequestBody
{
    public static async Task<T> ReadJsonAsync<T>(this HttpContext http, int maxBytes)
    {
        if (!http.Request.HasJsonContentType())
            throw new RequestRefusedException(StatusCodes.Status415UnsupportedMediaType, "the body must be application/json");
        if (http.Request.ContentLength > maxBytes)
            throw TooLarge(maxBytes);
        using var body = new MemoryStream();
        var buffer = new byte[32 * 1024];
        int read;
        while ((read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0)
        {
            if (body.Length + read > maxBytes)
                throw TooLarge(maxBytes);
            body.Write(buffer, 0, read);
        }

        try
        {
            return EvidenceJson.FromBytes<T>(body.GetBuffer().AsSpan(0, (int)body.Length));
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or InvalidOperationException or NotSupportedException)
        {
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, $"the body is not a {typeof(T).Name}: {e.Message}");
        }
    }

    private static RequestRefusedException TooLarge(int maxBytes) =>
        new(StatusCodes.Status413PayloadTooLarge, $"the body is larger than {maxBytes} bytes");
}
