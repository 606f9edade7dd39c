using System.Text.Json;
using System.Text.Json.Serialization;

namespace EvidenceIngest.VendorDll;

/// <summary>
/// What the dock and the helper say to each other, one JSON object a line; README.md describes it. This file is compiled into
/// both, so neither project has to know the other.
/// </summary>
internal static class VendorProtocol
{
    public const int LongestLine = 64 * 1024;
    public const int MostArguments = 8;

    /// <summary>Of all buffers of one call together; the largest one known has 94 bytes.</summary>
    public const int MostBytes = 4096;

    public static byte[] Line(VendorRequest request) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(request, VendorJson.Default.VendorRequest), (byte)'\n'];

    public static byte[] Line(VendorAnswer answer) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(answer, VendorJson.Default.VendorAnswer), (byte)'\n'];

    /// <exception cref="JsonException">It is no request.</exception>
    public static VendorRequest Request(ReadOnlySpan<byte> line) =>
        JsonSerializer.Deserialize(line, VendorJson.Default.VendorRequest) ?? throw new JsonException("null");

    /// <exception cref="JsonException">It is no answer.</exception>
    public static VendorAnswer Answer(ReadOnlySpan<byte> line) =>
        JsonSerializer.Deserialize(line, VendorJson.Default.VendorAnswer) ?? throw new JsonException("null");
}

/// <summary>Loads the library or calls one of its functions. No record: its text must not show what is sent.</summary>
internal sealed class VendorRequest
{
    public int Id { get; init; }

    /// <summary>Absolute path of the library.</summary>
    public string? Load { get; init; }

    /// <summary>Name of an export.</summary>
    public string? Call { get; init; }

    public IReadOnlyList<VendorArgument>? Arguments { get; init; }
}

/// <summary>Exactly one of its members is given.</summary>
internal sealed class VendorArgument
{
    /// <summary>Bytes in hexadecimal that the library gets a pointer to, with a zero behind them.</summary>
    public string? In { get; init; }

    /// <summary>An int by value.</summary>
    public int? Number { get; init; }

    /// <summary>Length of a zeroed buffer that the library may fill.</summary>
    public int? Out { get; init; }

    /// <summary>Length of a ZFY_INFO that the library may fill: 94 or 89.</summary>
    public int? ZfyInfo { get; init; }

    /// <summary>The int* that gets the result code (iRet).</summary>
    public bool? Result { get; init; }
}

internal sealed class VendorAnswer
{
    public int Id { get; init; }

    /// <summary>One of <see cref="VendorError"/>; null when it worked.</summary>
    public string? Error { get; init; }

    /// <summary>English, for the log; holds nothing that was sent to the library or came from it.</summary>
    public string? Detail { get; init; }

    /// <summary>What the function returned; null for a load.</summary>
    public int? Returned { get; init; }

    /// <summary>What stands behind the int* of <see cref="VendorArgument.Result"/>; null when there was none.</summary>
    public int? Result { get; init; }

    /// <summary>Every buffer that the library could fill, in the order of the arguments, in hexadecimal.</summary>
    public IReadOnlyList<string>? Out { get; init; }
}

internal static class VendorError
{
    /// <summary>The line is no request, or asks for what can't be.</summary>
    public const string BadRequest = "badRequest";

    /// <summary>There is no such file.</summary>
    public const string Missing = "missing";

    /// <summary>The file is no library for this process, or something it needs is missing.</summary>
    public const string Unloadable = "unloadable";

    /// <summary>The library has no such export.</summary>
    public const string NoFunction = "noFunction";

    /// <summary>The library wrote outside a buffer. The helper ends after this answer.</summary>
    public const string Overrun = "overrun";

    /// <summary>What came can't be a ZFY_INFO of the length that was asked for.</summary>
    public const string Layout = "layout";
}

/// <summary>The codes of iRet, from makers' headers of GA/T 947.4 style libraries.</summary>
internal static class VendorResult
{
    public static string Meaning(int code) => code switch
    {
        1 => "connected or done",
        2 => "failed",
        3 => "password right",
        4 => "password wrong",
        5 => "time set",
        6 => "time not set",
        7 => "disk mode",
        8 => "no disk mode",
        _ => "no code of the table",
    };

    public static bool IsFailure(int? code) => code is 2 or 4 or 6 or 8;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    MaxDepth = 8)]
[JsonSerializable(typeof(VendorRequest))]
[JsonSerializable(typeof(VendorAnswer))]
internal sealed partial class VendorJson : JsonSerializerContext;
