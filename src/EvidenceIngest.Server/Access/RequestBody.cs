using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using EvidenceIngest.Domain;

namespace EvidenceIngest.Server.Access;

/// <summary>Reads JSON bodies with a limit, and says what is wrong with them, in words of JSON and not of our types.</summary>
internal static partial class RequestBody
{
    // Two members of one name mean two different things to two readers.
    private static readonly JsonSerializerOptions Strict = MakeStrict();

    public static async Task<T> ReadJsonAsync<T>(this HttpContext http, int maxBytes) => (await http.ReadJsonAndBytesAsync<T>(maxBytes)).Body;

    /// <summary>With the exact bytes, for those who keep them.</summary>
    public static async Task<(T Body, byte[] Bytes)> ReadJsonAndBytesAsync<T>(this HttpContext http, int maxBytes)
    {
        if (!http.Request.HasJsonContentType())
            throw new RequestRefusedException(StatusCodes.Status415UnsupportedMediaType, "提交的内容应为 JSON / the body must be application/json");
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

        var bytes = body.ToArray();
        return (Parse<T>(bytes), bytes);
    }

    /// <exception cref="RequestRefusedException">400: it is no JSON, or not of this shape.</exception>
    internal static T Parse<T>(ReadOnlySpan<byte> json)
    {
        try
        {
            CheckTexts(json);
            return JsonSerializer.Deserialize<T>(json, Strict) ?? throw new JsonException("it is null");
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or InvalidOperationException or NotSupportedException)
        {
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, $"提交的内容不符合要求 / the body is not what it must be: {Explain(e)}");
        }
    }

    /// <summary>
    /// Refuses what the parser lets through and nothing behind it can deal with: U+0000, which PostgreSQL does not store, and null as
    /// the element of a list. No list of this API has elements that may be missing.
    /// </summary>
    private static void CheckTexts(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var open = new List<(bool IsArray, int Position, string Member)>();
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
            {
                open.RemoveAt(open.Count - 1);
                continue;
            }

            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                open[^1] = open[^1] with { Member = reader.GetString() ?? "" };
                continue;
            }

            var isElement = open.Count > 0 && open[^1].IsArray;
            if (isElement)
                open[^1] = open[^1] with { Position = open[^1].Position + 1 };
            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                open.Add((reader.TokenType == JsonTokenType.StartArray, -1, ""));
            else if (reader.TokenType == JsonTokenType.Null && isElement)
                throw new JsonException($"{Where(open)}: is null");
            else if (reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped && reader.GetString()!.Contains('\0', StringComparison.Ordinal))
                throw new JsonException($"{Where(open)}: contains control characters");
        }
    }

    private static string Where(List<(bool IsArray, int Position, string Member)> open) =>
        string.Concat(open.Select((o, depth) => o.IsArray ? string.Create(CultureInfo.InvariantCulture, $"[{o.Position}]") : (depth == 0 ? "" : ".") + o.Member));

    private static string Explain(Exception failure)
    {
        if (failure is not JsonException json)
            return failure.Message;
        if (Missing().Match(json.Message) is { Success: true } missing)
            return $"it lacks {missing.Groups[1].Value}";
        if (Twice().Match(json.Message) is { Success: true } twice)
            return $"{twice.Groups[1].Value} stands there twice";
        // The parser's words about broken JSON are for everybody; those about our types are for us.
        return json.Path is { } path && json.InnerException is not JsonException
            ? $"{path} is of another type than it must be, out of range, null where it must not be, or none of the words that are allowed"
            : json.Message;
    }

    private static JsonSerializerOptions MakeStrict()
    {
        var options = new JsonSerializerOptions(EvidenceJson.Options) { AllowDuplicateProperties = false };
        options.Converters.Add(new PlausibleDay());
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private static RequestRefusedException TooLarge(int maxBytes) =>
        new(StatusCodes.Status413PayloadTooLarge, $"提交的内容超过 {maxBytes} 字节 / the body is larger than {maxBytes} bytes");

    [GeneratedRegex(@"missing required properties including: (.+?)\.?$")]
    private static partial Regex Missing();

    [GeneratedRegex("Duplicate property ('[^']*')")]
    private static partial Regex Twice();

    /// <summary>Terms and deadlines are counted from days, and nothing can be counted from the end of the calendar.</summary>
    private sealed class PlausibleDay : JsonConverter<DateOnly>
    {
        public override DateOnly Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && DateOnly.TryParseExact(reader.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && Texts.IsPlausible(day)
                ? day
                : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, DateOnly value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString("O", CultureInfo.InvariantCulture));
    }
}
