using EvidenceIngest.Server.MediaTools;

namespace EvidenceIngest.Server.Renditions;

/// <summary>What one rendering may take, by the footage's length; a claimed duration counts only as far as the bytes bear it out.</summary>
internal static class RenderLimits
{
    // AMR at its lowest rate.
    private const double FewestBytesPerSecond = 500;

    // 2 Mbit/s of pictures and sound, and then some.
    private const double OutputBytesPerSecond = 400_000;
    private const long OutputBytesAlways = 256L << 20;

    public static ToolLimits For(IEnumerable<Chapter> chapters, MediaToolOptions options)
    {
        var (seconds, bytes) = (0.0, 0L);
        foreach (var chapter in chapters)
        {
            seconds += chapter.Duration.TotalSeconds;
            bytes += chapter.Probe.Format?.Size ?? 0;
        }

        var time = Math.Min(
            seconds * options.RenderingSecondsPerSecond, bytes / (double)(1 << 20) * options.RenderingSecondsPerMebibyte);
        var output = Math.Min(seconds, bytes / FewestBytesPerSecond) * OutputBytesPerSecond;
        return new ToolLimits(
            options.RenderingTime + TimeSpan.FromSeconds(time), OutputBytesAlways + (2 * bytes) + (long)output);
    }
}
