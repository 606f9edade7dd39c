using System.Text.Json;
using System.Text.Json.Serialization;

namespace EvidenceIngest.Server.Inspection;

/// <summary>The part of ffprobe's JSON that decisions rest on; the names are ffprobe's.</summary>
internal sealed record ProbeAnswer(ProbedFormat? Format, IReadOnlyList<ProbedStream>? Streams, IReadOnlyList<ProbedFrame>? Frames)
{
    private static readonly JsonSerializerOptions Names = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
    };

    public ProbedStream? Video => Streams?.FirstOrDefault(s => s.CodecType == "video" && s.Disposition?.AttachedPic != 1);

    public ProbedStream? Audio => Streams?.FirstOrDefault(s => s.CodecType == "audio");

    /// <summary>Streams of text that ffmpeg can write out; pictures of text it can't.</summary>
    public IEnumerable<ProbedStream> Texts =>
        Streams?.Where(s => s is { CodecType: "subtitle", CodecName: "mov_text" or "subrip" or "text" or "ass" or "ssa" or "webvtt" }) ?? [];

    /// <summary>True for jpeg_pipe and the like.</summary>
    public bool IsPicture => Format?.FormatName?.EndsWith("_pipe", StringComparison.Ordinal) == true;

    /// <summary>Null when it isn't ffprobe's JSON, or cut off.</summary>
    public static ProbeAnswer? Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<ProbeAnswer>(json, Names);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>The container; its duration is in seconds.</summary>
internal sealed record ProbedFormat(
    string? FormatName, double? Duration, long? BitRate, long? Size, IReadOnlyDictionary<string, string>? Tags, double? StartTime = null);

/// <summary>One stream. ExtradataHash is equal for streams that one decoder set-up plays.</summary>
internal sealed record ProbedStream(
    int Index,
    string? CodecType,
    string? CodecName,
    string? Profile,
    string? PixFmt,
    int? Level,
    int? Width,
    int? Height,
    string? SampleAspectRatio,
    string? FieldOrder,
    string? TimeBase,
    int? SampleRate,
    int? Channels,
    string? ExtradataHash,
    ProbedDisposition? Disposition,
    IReadOnlyList<ProbedSideData>? SideDataList)
{
    /// <summary>Degrees, as players turn it.</summary>
    public int Rotation => SideDataList?.FirstOrDefault(s => s.Rotation is not null)?.Rotation ?? 0;
}

internal sealed record ProbedDisposition(int AttachedPic);

internal sealed record ProbedSideData(int? Rotation);

internal sealed record ProbedFrame(int? Width, int? Height, IReadOnlyList<ProbedSideData>? SideDataList);
