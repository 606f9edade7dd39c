using System.Globalization;
using EvidenceIngest.Server.MediaTools;

namespace EvidenceIngest.Server.Inspection;

/// <summary>ffprobe's calls, on files in a work folder.</summary>
internal sealed class MediaProbe(ToolRunner tools, MediaToolOptions options)
{
    // Enough to get past the pictures of a stream that starts in the middle of a group.
    private const string FirstPackets = "%+#64";

    /// <summary>Container and streams, with a hash of each decoder's set-up.</summary>
    public Task<ToolOutcome> StreamsAsync(ToolFolder folder, string file, CancellationToken ct) =>
        RunAsync(folder, file, ["-show_format", "-show_streams", "-show_data_hash", "sha256"], ct);

    /// <summary>The first frames of one stream, decoded.</summary>
    public Task<ToolOutcome> FirstFramesAsync(ToolFolder folder, string file, int stream, CancellationToken ct) =>
        RunAsync(
            folder,
            file,
            [
                "-select_streams", stream.ToString(CultureInfo.InvariantCulture), "-read_intervals", FirstPackets,
                "-show_entries", "frame=width,height:frame_side_data=rotation",
            ],
            ct);

    /// <summary>When the packets around a time are shown: from the group of pictures that holds it, so far behind as pictures are out of order.</summary>
    public Task<ToolOutcome> PacketTimesAsync(ToolFolder folder, string file, int stream, double at, CancellationToken ct) =>
        RunAsync(
            folder,
            file,
            [
                "-select_streams", stream.ToString(CultureInfo.InvariantCulture),
                "-read_intervals", string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, at - 1):0.###}%{at + 1:0.###}"), "-show_entries", "packet=pts_time",
            ],
            ct);

    public Task<string> ToolAsync(CancellationToken ct) => tools.VersionAsync(options.Ffprobe, ct);

    private Task<ToolOutcome> RunAsync(ToolFolder folder, string file, string[] questions, CancellationToken ct) =>
        tools.RunAsync(
            new ToolCall(
                options.Ffprobe,
                [.. HarmlessInput.Quiet, "-of", "json=compact=1", .. questions, .. HarmlessInput.ForProbe(file, options)],
                folder.Location,
                new ToolLimits(options.InspectionTime, FileBytes: 0)),
            ct);
}
