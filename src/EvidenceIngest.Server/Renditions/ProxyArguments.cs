using System.Globalization;
using EvidenceIngest.Server.MediaTools;

namespace EvidenceIngest.Server.Renditions;

/// <summary>ffmpeg's argument lists. File names are relative to the work folder.</summary>
internal sealed class ProxyArguments(MediaToolOptions options)
{
    // A key frame every 2 s, so that a player seeks within 2 s.
    public const string KeyFrames = "expr:gte(t,n_forced*2)";

    // Fills gaps with silence, so that sound keeps its place beside the pictures.
    public const string KeepTime = "aresample=async=1:first_pts=0";

    /// <summary>Same input, same tool, same threads: same bytes. No dates, no encoder names, no tags of the recorder.</summary>
    public static readonly string[] Reproducible =
        ["-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"];

    public static readonly string[] Mp4 = [.. Reproducible, "-movflags", "+faststart", "-video_track_timescale", "90000", "-f", "mp4"];

    public IEnumerable<string> Input(Chapter chapter) => [.. Start, .. HarmlessInput.File(chapter.Input, options)];

    public IEnumerable<string> List(string list) => [.. Start, .. HarmlessInput.OwnList(list, options)];

    public static IEnumerable<string> Copy(Chapter streams, string output) =>
        [.. Map(streams.Video?.Index), .. Map(streams.Audio?.Index), "-c", "copy", .. Mp4, output];

    /// <summary>Joins parts that <see cref="Encode"/> made.</summary>
    public static IEnumerable<string> Join(string output) => ["-map", "0", "-c", "copy", .. Mp4, output];

    /// <param name="chapter">Its pictures, if it has any.</param>
    /// <param name="frame">Of the proxy; null for sound alone.</param>
    /// <param name="size">Of this chapter's pictures in that frame: chapters of one proxy may differ in shape.</param>
    /// <param name="sound">As <see cref="Sound16k"/>; null for none.</param>
    /// <param name="channels">Of the proxy's sound.</param>
    /// <param name="output">File.</param>
    /// <param name="over">Filters that draw upon the finished frame; null for none.</param>
    /// <param name="encoder">Null for libx264.</param>
    public IEnumerable<string> Encode(
        Chapter chapter, FrameSize? frame, FrameSize? size, string? sound, int channels, string output, string? over = null, EncoderChoice? encoder = null)
    {
        string[] pictures = chapter.Video is { } video && frame is { } f && size is { } s
            ?
            [
                .. Map(video.Index), "-filter:v", Filter(video.FieldOrder, s, f, over), "-fps_mode", "vfr", "-enc_time_base:v", "-1",
                .. (encoder ?? EncoderChoice.Software).Arguments, "-force_key_frames", KeyFrames, "-threads", Number(options.Threads),
            ]
            : [];
        string[] tone = sound is null
            ? []
            :
            [
                "-map", sound, "-filter:a", KeepTime, "-c:a", "aac", "-b:a", channels == 1 ? "64k" : "128k",
                "-ar", "48000", "-ac", Number(channels),
            ];
        return [.. pictures, .. tone, .. Mp4, output];
    }

    /// <param name="sound">What ffmpeg's -map takes, e.g. 0:1.</param>
    /// <param name="output">PCM in WAV: recognisers read it as it is, and a second is always 32,000 bytes.</param>
    public static IEnumerable<string> Sound16k(string sound, string output) =>
    [
        "-map", sound, "-filter:a", KeepTime, "-c:a", "pcm_s16le", "-ar", "16000", "-ac", "1",
        .. Reproducible, "-rf64", "auto", "-f", "wav", output,
    ];

    /// <summary>A second input for chapters without sound between chapters with it.</summary>
    public static IEnumerable<string> Silence(TimeSpan duration) =>
        ["-f", "lavfi", "-t", Seconds(duration), "-i", "anullsrc=r=48000:cl=mono"];

    /// <param name="chapter">Video or photo.</param>
    /// <param name="from">Where to look for a telling picture; null for photos.</param>
    /// <param name="size">Of the poster.</param>
    /// <param name="output">JPEG.</param>
    /// <param name="over">As <see cref="Encode"/>.</param>
    public IEnumerable<string> Poster(Chapter chapter, TimeSpan? from, FrameSize size, string output, string? over = null) =>
    [
        .. Start,
        .. from is { } at && at > TimeSpan.Zero ? (string[])["-noaccurate_seek", "-ss", Seconds(at)] : [],
        .. HarmlessInput.File(chapter.Input, options),
        .. Map(chapter.Video!.Index),
        // Of 50 pictures the one nearest to their average: neither black nor a flash.
        "-filter:v", Scale(size) + (from is null ? "" : ",thumbnail=50") + Over(over),
        "-frames:v", "1", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", "3", .. Reproducible, "-update", "1", "-f", "image2", output,
    ];

    /// <summary>Tiles of a proxy, one every so many seconds, each from the key frames around the middle of its time.</summary>
    /// <param name="proxy">That we made.</param>
    /// <param name="step">Seconds between tiles.</param>
    /// <param name="tiles">How many; the last picture stands for those that come after it.</param>
    /// <param name="size">Of a tile.</param>
    /// <param name="grid">Columns and rows of a sheet.</param>
    /// <param name="output">JPEG files, with a place for their number.</param>
    public IEnumerable<string> Sprites(string proxy, int step, int tiles, FrameSize size, FrameSize grid, string output) =>
    [
        .. Start, "-skip_frame", "nokey", .. HarmlessInput.File(proxy, options), "-map", "0:v:0", "-filter:v",
        string.Create(
            CultureInfo.InvariantCulture,
            $"fps=1/{step}:start_time=0:eof_action=pass,{Scale(size)},tpad=stop_mode=clone:stop={tiles},trim=end_frame={tiles},tile={grid.Width}x{grid.Height}"),
        "-fps_mode", "passthrough", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", "6", .. Reproducible, "-f", "image2", output,
    ];

    /// <summary>A proxy in fragments, and the playlist that says where they lie.</summary>
    public IEnumerable<string> Fragments(string proxy, string output, string playlist) =>
    [
        .. Start, .. HarmlessInput.File(proxy, options), "-map", "0", "-c", "copy", .. Reproducible, "-f", "hls", "-hls_time", "6", "-hls_playlist_type", "vod",
        "-hls_segment_type", "fmp4", "-hls_flags", "single_file", "-hls_segment_filename", output, playlist,
    ];

    /// <summary>A text stream as SubRip.</summary>
    public IEnumerable<string> Subtitles(Chapter chapter, int stream, string output) =>
        [.. Input(chapter), .. Map(stream), "-c:s", "srt", .. Reproducible, "-f", "srt", output];

    public static string Sound(int index) => $"0:{Number(index)}";

    private static string[] Start => [.. HarmlessInput.Quiet, "-nostdin", "-y"];

    private static string[] Map(int? index) => index is { } i ? ["-map", $"0:{Number(i)}"] : [];

    private static string Over(string? filters) => filters is null ? "" : "," + filters;

    /// <param name="fieldOrder">Of the stream: interlaced pictures are made whole.</param>
    /// <param name="size">Of the picture in the frame.</param>
    /// <param name="frame">Of what comes out.</param>
    /// <param name="over">As <see cref="Encode"/>.</param>
    public static string Filter(string? fieldOrder, FrameSize size, FrameSize frame, string? over = null) =>
        (fieldOrder is null or "unknown" or "progressive" ? "" : "yadif=deint=interlaced,")
        + Scale(size)
        + (size == frame ? "" : string.Create(CultureInfo.InvariantCulture, $",pad={frame.Width}:{frame.Height}:-1:-1"))
        + Over(over) + ",format=yuv420p";

    private static string Scale(FrameSize size) =>
        string.Create(CultureInfo.InvariantCulture, $"scale={size.Width}:{size.Height},setsar=1");

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
