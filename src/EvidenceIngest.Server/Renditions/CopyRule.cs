using EvidenceIngest.Server.MediaTools;

namespace EvidenceIngest.Server.Renditions;

/// <summary>When a proxy may consist of the master's own streams: every browser plays them, and seeking stays cheap to serve.</summary>
internal static class CopyRule
{
    private const int MaxShortSide = 1080;
    private const int MaxLongSide = 1920;
    private const int MaxLevel = 51;

    private static readonly string[] H264Profiles = ["Constrained Baseline", "Baseline", "Main", "High"];

    public static bool Allows(IReadOnlyList<Chapter> chapters, MediaToolOptions options) =>
        chapters.All(c => FitsBrowsers(c, options)) && chapters.Skip(1).All(c => PlaysAfter(chapters[0], c));

    // H.264 in AVI or TS is left out: AVI has no presentation times, and TS may start in the middle of a group of pictures.
    private static bool FitsBrowsers(Chapter chapter, MediaToolOptions options) =>
        chapter.Probe.Format?.FormatName?.Split(',').Contains("mp4") == true
        && (chapter.Video is not null || chapter.Audio is not null)
        && VideoFits(chapter) && AudioFits(chapter)
        && (chapter.Video is null || chapter.Master.Facts.BitRate is { } rate && rate <= options.CopyMaxBitRate);

    private static bool VideoFits(Chapter chapter) => chapter.Video is not { } v
        || (v.CodecName == "h264"
            && H264Profiles.Contains(v.Profile)
            && v.PixFmt is "yuv420p" or "yuvj420p"
            && v.Level <= MaxLevel
            && v.FieldOrder is null or "unknown" or "progressive"
            && v is { Width: > 0, Height: > 0 }
            && Math.Min(v.Width.Value, v.Height.Value) <= MaxShortSide
            && Math.Max(v.Width.Value, v.Height.Value) <= MaxLongSide);

    private static bool AudioFits(Chapter chapter) => chapter.Audio is not { } a
        || (a.CodecName == "aac" && a.Profile is "LC" or "HE-AAC" or "HE-AACv2" && a.Channels is 1 or 2);

    // One track has one decoder set-up: its hash covers size, profile and everything else that matters.
    private static bool PlaysAfter(Chapter first, Chapter next) =>
        first.Video?.Index == next.Video?.Index && first.Audio?.Index == next.Audio?.Index
        && first.Video?.ExtradataHash == next.Video?.ExtradataHash
        && first.Video?.TimeBase == next.Video?.TimeBase
        && first.Video?.Rotation == next.Video?.Rotation
        && first.Audio?.ExtradataHash == next.Audio?.ExtradataHash
        && first.Audio?.SampleRate == next.Audio?.SampleRate;
}
