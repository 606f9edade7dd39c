using Quartz;

namespace EvidenceIngest.Server.Pipeline;

/// <summary>Seals the item that the job is named after.</summary>
[DisallowConcurrentExecution]
internal sealed class SealJob(StageRuns runs, Sealing sealing, PipelineSchedule schedule) : IJob
{
    public const string Name = "seal";

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var itemId = context.JobDetail.Key.Name;
        if (await runs.RunAsync(itemId, Stage.Seal, ct => sealing.RunAsync(itemId, ct), cancellationToken))
            await schedule.TryScheduleAsync(itemId, Stage.Inspect, cancellationToken);
    }
}

/// <summary>Inspects and renders the item that the job is named after, with one copy of its masters.</summary>
[DisallowConcurrentExecution]
internal sealed class DeriveJob(
    StageRuns runs, Inspecting inspecting, Rendering rendering, WorkFolder folder, PipelineSchedule schedule, ServerOptions options, TimeProvider time) : IJob
{
    public const string Name = "derive";

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
        await RunAsync(context.JobDetail.Key.Name, cancellationToken);

    internal async Task RunAsync(string itemId, CancellationToken cancellationToken)
    {
        using var work = folder.Open(itemId);
        if (!await runs.RunAsync(itemId, Stage.Inspect, ct => inspecting.RunAsync(itemId, work, ct), cancellationToken))
            return;
        // Outside of its hours it stays due, and the sweep finds it when they begin.
        if (!options.MayRender(time.GetUtcNow()))
            return;
        if (await runs.RunAsync(itemId, Stage.Render, ct => rendering.RunAsync(itemId, work, ct), cancellationToken))
            await schedule.TryScheduleAsync(itemId, Stage.Transcribe, cancellationToken);
    }
}

/// <summary>Transcribes the item that the job is named after. A job of its own: hours of sound must not keep pictures from being made.</summary>
[DisallowConcurrentExecution]
internal sealed class TranscribeJob(StageRuns runs, Transcribing transcribing) : IJob
{
    public const string Name = "transcribe";

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var itemId = context.JobDetail.Key.Name;
        await runs.RunAsync(itemId, Stage.Transcribe, ct => transcribing.RunAsync(itemId, ct), cancellationToken);
    }
}
