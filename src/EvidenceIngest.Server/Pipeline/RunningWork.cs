using System.Collections.Concurrent;
using EvidenceIngest.Server.Renditions;

namespace EvidenceIngest.Server.Pipeline;

/// <summary>What this server's media tools are busy with. Names no items: whoever may see the server's state may not see every unit's.</summary>
/// <param name="Kind">Render, Clip, Still, Redact or Watermark.</param>
/// <param name="Step">What is just being made.</param>
/// <param name="Percent">Of that step; null when nobody can tell.</param>
/// <param name="Since">UTC; when the work began.</param>
public sealed record WorkInProgress(string Kind, string? Step, int? Percent, DateTimeOffset Since);

/// <summary>Knows only what runs in this process; how far an item is on the whole stands in the catalogue.</summary>
internal sealed class RunningWork(TimeProvider time)
{
    private readonly ConcurrentDictionary<Job, byte> _jobs = [];

    public IReadOnlyList<WorkInProgress> Now => [.. _jobs.Keys.Select(j => j.Shown).OrderBy(w => w.Since)];

    /// <summary>Shown until it is disposed.</summary>
    public Job Begin(string kind)
    {
        var job = new Job(this, kind, time.GetUtcNow());
        _jobs[job] = 0;
        return job;
    }

    internal sealed class Job(RunningWork all, string kind, DateTimeOffset since) : IProgress<RenderStep>, IDisposable
    {
        private volatile RenderStep? _step;

        public WorkInProgress Shown => _step is { } step
            ? new WorkInProgress(kind, step.What, step.Fraction is { } f ? (int)(100 * f) : null, since)
            : new WorkInProgress(kind, null, null, since);

        public void Report(RenderStep value) => _step = value;

        public void Dispose() => all._jobs.TryRemove(this, out _);
    }
}
