using System.Globalization;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Renditions;

namespace EvidenceIngest.Server.Redaction;

/// <summary>ffmpeg's argument lists: apart to undone pictures and sound, and together again. Only what goes through our hands in between gets into the copy.</summary>
internal sealed class RedactionArguments(MediaToolOptions options)
{
    private static readonly string[] Start = [.. HarmlessInput.Quiet, "-nostdin", "-y"];

    // Every picture with its time, as it is, through the pipe.
    private static readonly string[] RawPictures = ["-fps_mode", "passthrough", "-enc_time_base:v", "-1", "-c:v", "rawvideo", "-map_metadata", "-1", "-map_chapters", "-1", "-f", "matroska", "pipe:1"];

    /// <summary>An error in decoding ends it: what a decoder makes up for what is missing may show something where it was not.</summary>
    public IEnumerable<string> Pictures(Chapter chapter, FrameSize size, FrameSize frame) =>
    [
        .. Start, "-xerror", .. Clock(chapter), .. HarmlessInput.File(chapter.Input, options), "-map", Stream(chapter.Video!.Index),
        "-filter:v", Shift(chapter, "setpts") + ProxyArguments.Filter(chapter.Video.FieldOrder, size, frame),
        .. chapter.Probe.IsPicture ? (string[])["-frames:v", "1"] : [], .. RawPictures,
    ];

    public IEnumerable<string> Sound(Chapter chapter, int channels, string output) =>
    [
        .. Start, .. Clock(chapter), .. HarmlessInput.File(chapter.Input, options), "-map", Stream(chapter.Audio!.Index),
        "-filter:a", Shift(chapter, "asetpts") + ProxyArguments.KeepTime, .. Pcm(channels), output,
    ];

    /// <param name="hasPictures">Through standard input, as <see cref="RawFrames"/>.</param>
    /// <param name="sound">PCM; null for none.</param>
    /// <param name="channels">Of it.</param>
    /// <param name="output">MP4.</param>
    public IEnumerable<string> Film(bool hasPictures, string? sound, int channels, string output) =>
    [
        .. Start, .. hasPictures ? Raw() : [],
        .. sound is null ? (string[])[] : ["-format_whitelist", "s16le", "-protocol_whitelist", "file", "-f", "s16le", "-ar", Number(SoundMasker.Rate), "-ac", Number(channels), "-i", "file:" + sound],
        .. hasPictures
            ? (string[])
            [
                "-map", "0:v", "-fps_mode", "vfr", "-enc_time_base:v", "-1", .. EncoderChoice.Software.Arguments, "-pix_fmt", "yuv420p", "-force_key_frames", ProxyArguments.KeyFrames,
                "-threads", Number(options.Threads),
            ]
            : [],
        .. sound is null ? (string[])[] : ["-map", hasPictures ? "1:a" : "0:a", "-c:a", "aac", "-b:a", channels == 1 ? "64k" : "128k"],
        .. ProxyArguments.Mp4, output,
    ];

    public IEnumerable<string> Picture(string output) =>
    [
        .. Start, .. Raw(), "-map", "0:v", "-frames:v", "1", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", "3", .. ProxyArguments.Reproducible, "-update", "1", "-f", "image2", output,
    ];

    /// <summary>The finished copy, taken apart again by its own clock.</summary>
    public IEnumerable<string> CheckedPictures(string copy) =>
        [.. Start, "-copyts", .. HarmlessInput.File(copy, options), "-map", "0:v", "-filter:v", "format=yuv420p", .. RawPictures];

    public IEnumerable<string> CheckedSound(string copy, int channels, string output) =>
        [.. Start, .. HarmlessInput.File(copy, options), "-map", "0:a", "-filter:a", ProxyArguments.KeepTime, .. Pcm(channels), output];

    // Of streams ffmpeg shifts the times, by which of them are wanted and by what it takes for gaps: they keep their own clock.
    private static bool IsStream(Chapter chapter) => chapter.Probe.Format is { FormatName: "mpeg" or "mpegts" };

    private static string[] Clock(Chapter chapter) => IsStream(chapter) ? ["-copyts"] : [];

    private static string Shift(Chapter chapter, string filter) => IsStream(chapter)
        ? string.Create(CultureInfo.InvariantCulture, $"{filter}=PTS-{chapter.Probe.Format!.StartTime ?? 0:0.######}/TB,")
        : "";

    private IEnumerable<string> Raw() =>
        ["-protocol_whitelist", "pipe", "-format_whitelist", "matroska", "-max_pixels", options.MaxPixels.ToString(CultureInfo.InvariantCulture), "-f", "matroska", "-i", "pipe:0"];

    private static string[] Pcm(int channels) =>
        ["-c:a", "pcm_s16le", "-ar", Number(SoundMasker.Rate), "-ac", Number(channels), "-map_metadata", "-1", "-f", "s16le"];

    private static string Stream(int index) => $"0:{Number(index)}";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
