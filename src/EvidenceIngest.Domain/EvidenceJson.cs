using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EvidenceIngest.Domain;

/// <summary>
/// The one way this system writes JSON: camelCase, enums by name, null written as null, Chinese unescaped, no white space.
/// Reading is strict: a member that a record's constructor needs must be there.
/// Whoever hashes or signs JSON keeps the exact bytes; nothing is ever verified by serialising again.
/// </summary>
public static class EvidenceJson
{
    /// <summary>Read-only options, shared by the API, the journal, manifests, receipts and custody events.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>Serialises to UTF-8.</summary>
    public static byte[] ToBytes<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);

    /// <summary>Parses UTF-8 JSON.</summary>
    /// <exception cref="JsonException">The text is no JSON of this shape, or is <c>null</c>.</exception>
    public static T FromBytes<T>(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize<T>(utf8, Options) ?? throw new JsonException($"null where a {typeof(T).Name} was expected");

    /// <summary>Makes a host's own options (ASP.NET's, for example) write the same JSON.</summary>
    public static void Apply(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.Converters.Add(new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false));
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Apply(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
