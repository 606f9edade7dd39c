using Microsoft.Extensions.Logging;
using Quartz;

namespace EvidenceIngest.Server.Pipeline;

/// <summary>
/// Makes the jobs. A job's key is the item and the kind of work, so scheduling twice is the same as once; what can't be
/// scheduled now stays due in the catalogue, and the sweep finds it.
/// </summary>
internal sealed class PipelineSchedule(ISchedulerFactory schedulers, TimeProvider time, ILogger<PipelineSchedule> log)
{
    // A job that waits longer for its turn than this may have been given up by the scheduler: its trigger is looked at.
    private static readonly TimeSpan Suspicious = TimeSpan.FromMinutes(2);

    /// <returns>True when a job was made.</returns>
    public async Task<bool> TryScheduleAsync(string itemId, Stage stage, CancellationToken ct, DateTimeOffset? dueSince = null)
    {
        var name = Stages.JobOf(stage);
        try
        {
            var scheduler = await schedulers.GetScheduler(ct);
            var key = new JobKey(itemId, name);
            if (await scheduler.GetJobDetail(key, ct) is not null)
            {
                if (dueSince is not { } since || time.GetUtcNow() - since < Suspicious || !await IsStuckAsync(scheduler, key, ct))
                    return false;
                await scheduler.DeleteJob(key, ct);
            }

            var job = name switch
            {
                SealJob.Name => JobBuilder.Create<SealJob>().WithIdentity(key).RequestRecovery().Build(),
                TranscribeJob.Name => JobBuilder.Create<TranscribeJob>().WithIdentity(key).RequestRecovery().Build(),
                _ => JobBuilder.Create<DeriveJob>().WithIdentity(key).RequestRecovery().Build(),
            };
            await scheduler.ScheduleJob(job, NewTrigger(name).StartNow().Build(), new ScheduleJobOptions(), ct);
            return true;
        }
        catch (ObjectAlreadyExistsException)
        {
            return false;
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            log.NotScheduled(name, itemId, e.GetBaseException().Message);
            return false;
        }
    }

    /// <summary>Lets the job that is just running run again.</summary>
    public async Task TryRepeatAsync(string itemId, Stage stage, DateTimeOffset at, CancellationToken ct)
    {
        var name = Stages.JobOf(stage);
        try
        {
            var scheduler = await schedulers.GetScheduler(ct);
            await scheduler.ScheduleTrigger(NewTrigger(name).ForJob(new JobKey(itemId, name)).StartAt(at).Build(), TriggerConflict.Keep, ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            log.NotScheduled(name, itemId, e.GetBaseException().Message);
        }
    }

    private static TriggerBuilder<IJob> NewTrigger(string name) => TriggerBuilder.Create().WithExecutionGroup(name);

    private static async Task<bool> IsStuckAsync(IScheduler scheduler, JobKey key, CancellationToken ct)
    {
        var failed = new TriggerQuery { Job = key, State = TriggerState.Error };
        return (await scheduler.QueryTriggers(failed, ct)).TotalCount > 0;
    }
}
