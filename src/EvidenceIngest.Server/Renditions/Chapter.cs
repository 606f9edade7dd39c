using EvidenceIngest.Server.Inspection;
using EvidenceIngest.Server.MediaTools;

namespace EvidenceIngest.Server.Renditions;

/// <summary>One master that takes part: its name in the work folder, and what ffprobe said about it.</summary>
internal sealed record Chapter(string Input, MasterCopy Master, ProbeAnswer Probe)
{
    public ProbedStream? Video => Probe.Video;

    public ProbedStream? Audio => Probe.Audio;

    public TimeSpan Duration => Master.Facts.Duration ?? TimeSpan.Zero;

    /// <summary>Masters that ffprobe understood, in playing order.</summary>
    public static IReadOnlyList<Chapter> Of(IReadOnlyList<MasterCopy> masters) =>
    [
        .. masters.Select((m, i) => (Master: m, Input: ToolFolder.Input(i + 1), Probe: ProbeAnswer.Parse(m.Facts.RawJson)))
            .Where(c => c.Probe?.Streams is { Count: > 0 })
            .Select(c => new Chapter(c.Input, c.Master, c.Probe!)),
    ];
}
