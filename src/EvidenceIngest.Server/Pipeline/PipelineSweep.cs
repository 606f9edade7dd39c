using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Transcription;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quartz;

namespace EvidenceIngest.Server.Pipeline;

/// <summary>
/// Starts the scheduler, then looks for stages that are due without a job: a process may die between the commit that makes
/// a stage due and the scheduling of its job. What waits for a model becomes due here, once there is one.
/// </summary>
internal sealed class PipelineSweep(
    EvidenceCatalogue catalogue, CatalogueStart start, ISchedulerFactory schedulers, PipelineSchedule schedule, WorkFolder folder, AwaitedModels awaited,
    ServerOptions options, TimeProvider time, ILogger<PipelineSweep> log) : BackgroundService
{
    private const int Most = 500;

    // A job that was just made has the first right; the sweep is the net below it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private IScheduler? _scheduler;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        // Jobs are cancelled, not awaited: every stage can be interrupted anywhere, and the next start goes on.
        if (_scheduler is not null)
            await _scheduler.Shutdown(false, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await start.WhenReadyAsync(stoppingToken);
        folder.Clean();
        var started = false;
        while (true)
        {
            try
            {
                // Not cancelled halfway: a factory that was won't say any more what it has made.
                _scheduler ??= await schedulers.GetScheduler(CancellationToken.None);
                if (!started)
                    await _scheduler.Start(stoppingToken);
                started = true;
                var count = await SweepAsync(stoppingToken);
                if (count > 0)
                    log.Swept(count);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.PipelineStalled(e.GetBaseException().Message);
            }

            await Task.Delay(options.SweepInterval, time, stoppingToken);
        }
    }

    /// <summary>Schedules what is due, the nearest deadline first.</summary>
    internal async Task<int> SweepAsync(CancellationToken ct)
    {
        await awaited.ReleaseAsync(ct);
        var now = time.GetUtcNow();
        var before = now - Patience;
        // What has to wait for its hours must not fill the rows that are looked at.
        var mayRender = options.MayRender(now);
        var due = await catalogue.ReadAsync(
            db => db.ItemStages
                .Where(s => s.State == StageState.Due && s.DueAt <= before && (mayRender || s.Stage != Stage.Render))
                .Join(db.Items, s => s.ItemId, i => i.Id, (s, i) => new { s.ItemId, s.Stage, s.DueAt, i.DeadlineAt })
                .OrderBy(s => s.DeadlineAt).ThenBy(s => s.DueAt)
                .Take(Most)
                .ToListAsync(ct),
            ct);
        var scheduled = 0;
        foreach (var stage in due)
        {
            if (await schedule.TryScheduleAsync(stage.ItemId, stage.Stage, ct, stage.DueAt))
                scheduled++;
        }

        return scheduled;
    }
}
