using System.Globalization;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Renditions;

namespace EvidenceIngest.Server.Excerpts;

/// <summary>ffmpeg's argument lists for clips and stills.</summary>
internal sealed class ExcerptArguments(MediaToolOptions options)
{
    /// <summary>Longer than any recorder's group of pictures, in seconds.</summary>
    public const double LeadIn = 10;

    /// <summary>What MP4 carries and browsers play, with times that can be relied on: AVI has none, TS may begin within a group.</summary>
    public static bool CanCopy(Chapter chapter) =>
        HasIndex(chapter) && chapter.Video?.CodecName is null or "h264" or "hevc" && chapter.Audio?.CodecName is null or "aac";

    public IEnumerable<string> Copy(Chapter chapter, double from, double length, string output) =>
    [
        .. From(chapter, from), "-t", Seconds(length), .. Maps(chapter), "-c", "copy", .. chapter.Video?.CodecName == "hevc" ? (string[])["-tag:v", "hvc1"] : [], .. Mp4, output,
    ];

    public IEnumerable<string> Encode(Chapter chapter, double from, double length, string output) =>
    [
        .. DecodedFrom(chapter, from), "-t", Seconds(length), .. Maps(chapter),
        .. chapter.Video is null
            ? (string[])[]
            :
            [
                // Odd sides, which 4:2:0 can't have, get a line more rather than being scaled.
                "-filter:v", "scale=iw*sar:ih,setsar=1,pad=ceil(iw/2)*2:ceil(ih/2)*2,format=yuv420p", "-fps_mode", "vfr", "-enc_time_base:v", "-1",
                "-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-threads", Number(options.Threads),
            ],
        .. chapter.Audio is null ? (string[])[] : ["-c:a", "aac", "-b:a", "128k", "-ar", "48000", "-ac", chapter.Audio.Channels >= 2 ? "2" : "1"],
        .. Mp4, output,
    ];

    public IEnumerable<string> Still(Chapter chapter, double at, string output) =>
    [
        .. DecodedFrom(chapter, at), "-map", $"0:{Number(chapter.Video!.Index)}", "-filter:v", "scale=iw*sar:ih,setsar=1", "-frames:v", "1",
        "-c:v", "png", "-pix_fmt", "rgb24", .. ProxyArguments.Reproducible, "-update", "1", "-f", "image2", output,
    ];

    private static string[] Mp4 => [.. ProxyArguments.Reproducible, "-movflags", "+faststart", "-video_track_timescale", "90000", "-f", "mp4"];

    private IEnumerable<string> From(Chapter chapter, double from) =>
        [.. HarmlessInput.Quiet, "-nostdin", "-y", "-ss", Seconds(from), .. HarmlessInput.File(chapter.Input, options)];

    // Without an index ffmpeg may land behind the key frame that it needs: it begins earlier, and drops what it decoded too much.
    private IEnumerable<string> DecodedFrom(Chapter chapter, double from)
    {
        var lead = HasIndex(chapter) ? 0 : Math.Min(LeadIn, from);
        // Of streams ffmpeg shifts the times, by which of them are wanted and by what it takes for gaps where it lands: they keep their own clock.
        if (chapter.Probe.Format is { FormatName: "mpeg" or "mpegts" } stream)
            return ["-copyts", .. From(chapter, from - lead), "-ss", Seconds(from + (stream.StartTime ?? 0))];
        return lead == 0 ? From(chapter, from) : [.. From(chapter, from - lead), "-ss", Seconds(lead)];
    }

    public static bool HasIndex(Chapter chapter) => chapter.Probe.Format?.FormatName?.Split(',').Contains("mp4") == true;

    private static IEnumerable<string> Maps(Chapter chapter) =>
        new[] { chapter.Video?.Index, chapter.Audio?.Index }.OfType<int>().SelectMany(i => (string[])["-map", $"0:{Number(i)}"]);

    private static string Seconds(double seconds) => seconds.ToString("0.######", CultureInfo.InvariantCulture);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
