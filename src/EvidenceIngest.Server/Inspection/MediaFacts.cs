using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Server.Inspection;

/// <summary>What ffprobe found in one master file. Kept as it was found, next to the tool's version.</summary>
/// <param name="Kind">By its streams.</param>
/// <param name="Container">ffprobe's format name.</param>
/// <param name="Duration">Of the container, or null.</param>
/// <param name="VideoCodec">E.g. h264.</param>
/// <param name="AudioCodec">E.g. aac.</param>
/// <param name="Width">Pixels, after rotation.</param>
/// <param name="Height">Pixels, after rotation.</param>
/// <param name="BitRate">Bits per second, or null.</param>
/// <param name="CreationTime">The container's own creation time, or null.</param>
/// <param name="Findings">Damage; leads to quarantine when it says <see cref="FindingCode.Damaged"/> or <see cref="FindingCode.Foreign"/>.</param>
/// <param name="Tool">Name and version of the tool.</param>
/// <param name="RawJson">ffprobe's whole answer, for whatever later needs more.</param>
public sealed record MediaFacts(
    MediaKind Kind,
    string? Container,
    TimeSpan? Duration,
    string? VideoCodec,
    string? AudioCodec,
    int? Width,
    int? Height,
    long? BitRate,
    DateTimeOffset? CreationTime,
    IReadOnlyList<Finding> Findings,
    string Tool,
    string RawJson);

/// <summary>Reads a media file's facts.</summary>
public interface IMediaInspector
{
    /// <summary>Never throws for what is in the file: damage is a finding. A tool that can't be started is an exception.</summary>
    /// <param name="file">A local copy of the master.</param>
    /// <param name="expected">What the dock took it for.</param>
    /// <param name="ct">Ends the tool.</param>
    Task<MediaFacts> InspectAsync(string file, MediaKind expected, CancellationToken ct);
}
