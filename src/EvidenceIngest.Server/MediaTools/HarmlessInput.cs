using System.Globalization;

namespace EvidenceIngest.Server.MediaTools;

/// <summary>
/// The arguments before every input. A recording may name other files and URLs (playlists, references, image sequences):
/// only containers that carry their own content are opened, and only local files.
/// </summary>
internal static class HarmlessInput
{
    // What recorders write. Playlists (hls, dash, concat), sequences (image2) and drawings (svg_pipe) are not among them.
    private const string Formats =
        "mov,mp4,avi,mpegts,mpeg,matroska,wav,w64,mp3,aac,amr,flac,ogg,asf,jpeg_pipe,png_pipe";

    public static readonly string[] Quiet = ["-hide_banner", "-loglevel", "error"];

    /// <param name="name">Relative to the work folder, made by us.</param>
    /// <param name="options">For the number of threads and pixels.</param>
    public static IEnumerable<string> File(string name, MediaToolOptions options) =>
        [.. Reader(Formats, options), "-i", $"file:{name}"];

    /// <summary>A list for the concat demuxer that we wrote; the files in it obey the same lists.</summary>
    public static IEnumerable<string> OwnList(string name, MediaToolOptions options) =>
        [.. Reader($"concat,{Formats}", options), "-f", "concat", "-i", $"file:{name}"];

    /// <summary>As <see cref="File"/>, for ffprobe, whose decoders take no thread count here.</summary>
    public static IEnumerable<string> ForProbe(string name, MediaToolOptions options) =>
    [
        "-protocol_whitelist", "file,pipe", "-format_whitelist", Formats, "-max_pixels", Number(options.MaxPixels), "-i", $"file:{name}",
    ];

    private static string[] Reader(string formats, MediaToolOptions options) =>
    [
        "-protocol_whitelist", "file,pipe", "-format_whitelist", formats,
        "-max_pixels", Number(options.MaxPixels), "-threads", Number(options.Threads),
    ];

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
