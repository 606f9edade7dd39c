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
        TimesAsync(folder, file, stream, at - 1, at + 1, "packet=pts_time", ct);

    /// <summary>When the pictures up to a time are shown, where packets don't say it: they are decoded.</summary>
    /// <param name="folder">Of the work.</param>
    /// <param name="file">In it.</param>
    /// <param name="stream">With the pictures.</param>
    /// <param name="at">By the file's own clock.</param>
    /// <param name="leadIn">How far ahead to begin: without an index it may land in the middle of a group.</param>
    /// <param name="ct">Ends it.</param>
    public Task<ToolOutcome> FrameTimesAsync(ToolFolder folder, string file, int stream, double at, double leadIn, CancellationToken ct) =>
        TimesAsync(folder, file, stream, at - leadIn, at + 1, "frame=best_effort_timestamp_time", ct);

    public Task<string> ToolAsync(CancellationToken ct) => tools.VersionAsync(options.Ffprobe, ct);

    private Task<ToolOutcome> TimesAsync(ToolFolder folder, string file, int stream, double from, double to, string entries, CancellationToken ct) =>
        RunAsync(
            folder,
            file,
            [
                "-select_streams", stream.ToString(CultureInfo.InvariantCulture),
                "-read_intervals", string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, from):0.###}%{to:0.###}"), "-show_entries", entries,
            ],
            ct);

    private Task<ToolOutcome> RunAsync(ToolFolder folder, string file, string[] questions, CancellationToken ct) =>
        tools.RunAsync(
            new ToolCall(
                options.Ffprobe,
                [.. HarmlessInput.Quiet, "-of", "json=compact=1", .. questions, .. HarmlessInput.ForProbe(file, options)],
                folder.Location,
                new ToolLimits(options.InspectionTime, FileBytes: 0)),
            ct);
}
