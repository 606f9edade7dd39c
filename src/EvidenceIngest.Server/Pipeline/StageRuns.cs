using System.Diagnostics;
using System.Diagnostics.Metrics;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Transcription;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Pipeline;

/// <summary>
/// The border of every stage: runs it when it is its turn, and turns whatever it throws into a visible state. Passing
/// trouble is tried again for ever; so is trouble of the machine's media tools, less and less often, and from the fifth time
/// on a custody event and the item say so. A stage that keeps failing on its own input is given up with a custody event,
/// except sealing, which is never given up.
/// </summary>
internal sealed class StageRuns(
    EvidenceCatalogue catalogue, PipelineSchedule schedule, VaultTrust trust, ServerOptions options, TimeProvider time, ILogger<StageRuns> log)
{
    private const int MostAttempts = 5;
    private static readonly ActivitySource Activities = new("EvidenceIngest");
    private static readonly Meter Meter = new("EvidenceIngest");
    private static readonly Histogram<double> Durations = Meter.CreateHistogram<double>("evidence.stage.duration", "s");

    /// <returns>False when the stage has to wait for another attempt.</returns>
    public async Task<bool> RunAsync(string itemId, Stage stage, Func<CancellationToken, Task> work, CancellationToken ct)
    {
        using var activity = Activities.StartActivity(stage.ToString());
        activity?.SetTag("evidence.item", itemId);
        var started = time.GetTimestamp();
        try
        {
            var row = await catalogue.ReadAsync(db => db.ItemStages.SingleOrDefaultAsync(s => s.ItemId == itemId && s.Stage == stage, ct), ct);
            if (row?.State != StageState.Due)
                return true;
            await work(ct);
            var seconds = time.GetElapsedTime(started).TotalSeconds;
            Durations.Record(seconds, new KeyValuePair<string, object?>("stage", stage.ToString()));
            log.StageDone(stage.ToString(), itemId, seconds);
            return true;
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.GetType().Name);
            if (e is VaultUnavailableException)
                trust.Unreachable(e.Message);
            if (e is VaultBrokenPromiseException)
                trust.BrokePromise(e.Message);
            await TryPostponeAsync(itemId, stage, e, ct);
            return false;
        }
    }

    private static bool IsPassing(Exception e) =>
        e is VaultUnavailableException or VaultBrokenPromiseException or VaultNotTrustedException
            or CatalogueUnavailableException or TranscriberUnavailableException or IOException or HttpRequestException or TimeoutException;

    private async Task TryPostponeAsync(string itemId, Stage stage, Exception failure, CancellationToken ct)
    {
        try
        {
            var due = await catalogue.WriteAsync(db => PostponeAsync(db, itemId, stage, failure, ct), ct);
            if (due is { } at)
                await schedule.TryRepeatAsync(itemId, stage, at, ct);
        }
        catch (CatalogueUnavailableException e)
        {
            // It is still due, so the sweep will find it.
            log.NotScheduled(stage.ToString(), itemId, e.Message);
        }
    }

    private async Task<DateTimeOffset?> PostponeAsync(CatalogueDb db, string itemId, Stage stage, Exception failure, CancellationToken ct)
    {
        await db.LockItemAsync(itemId, ct);
        var row = await db.ItemStages.SingleAsync(s => s.ItemId == itemId && s.Stage == stage, ct);
        if (row.State != StageState.Due)
            return null;
        var now = time.GetUtcNow();
        var reason = failure.GetBaseException().Message;
        var isMachine = failure is MediaToolUnavailableException;
        if (stage != Stage.Seal && !isMachine && !IsPassing(failure) && row.Attempts + 1 >= MostAttempts)
        {
            row.Become(StageState.Failed, now, reason);
            // What follows needs what failed; an item never waits for something that won't come.
            foreach (var later in await db.ItemStages.Where(s => s.ItemId == itemId && s.State == StageState.Waiting).ToListAsync(ct))
                later.Become(StageState.NotNeeded, now, $"{stage} failed");
            var kind = failure is SealedCopyDiffersException or VaultObjectMissingException
                ? CustodyEventKind.FixityMismatch
                : stage == Stage.Transcribe ? CustodyEventKind.TranscriptionFailed : CustodyEventKind.RenderFailed;
            await db.AppendAsync(itemId, now, Actors.Server(options.Name), kind, $"{stage} was given up: {reason}", ct);
            log.StageFailed(stage.ToString(), itemId, reason);
            return null;
        }

        row.Attempts++;
        row.Note = isMachine ? MachineNote(row.Attempts, reason) : reason;
        row.ChangedAt = now;
        var pause = isMachine ? Stages.MachineBackoff(row.Attempts) : Stages.Backoff(stage, row.Attempts);
        row.DueAt = now + pause;
        if (stage == Stage.Seal)
        {
            var delivery = await db.Deliveries.SingleAsync(d => d.ItemId == itemId, ct);
            if (delivery.State == DeliveryState.Sealing)
                delivery.Reason = reason;
        }

        if (isMachine && row.Attempts == MostAttempts)
            await db.AppendAsync(itemId, now, Actors.Server(options.Name), CustodyEventKind.RenderFailed, $"{stage} failed {MostAttempts} times for the machine, and is tried again: {reason}", ct);
        log.Postponed(stage.ToString(), itemId, row.Attempts, pause, reason);
        return row.DueAt;
    }

    private static string MachineNote(int attempts, string reason) => attempts < MostAttempts
        ? $"服务器运行媒体工具时出现故障，稍后自动重试；原始文件已封存，不受影响 / the server's media tools failed, it is tried again; the master is sealed and intact: {reason}"
        : $"服务器运行媒体工具已连续失败 {attempts} 次。原始文件已封存，不受影响。请管理员检查服务器的磁盘空间、内存和 ffmpeg，排除故障后系统自动重试，最迟一天内进行，无需重新申请"
            + $" / the server's media tools failed {attempts} times; the master is sealed and intact. Check the server's disk space, memory and ffmpeg: it is tried again by itself, within a day: {reason}";
}
