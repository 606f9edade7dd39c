using System.Diagnostics;
using System.Diagnostics.Metrics;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Transcription;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Pipeline;

/// <summary>
/// The border of every stage: runs it when it is its turn, and turns whatever it throws into a visible state. Passing
/// trouble is tried again for ever; a stage that keeps failing on its own input is given up with a custody event, except
/// sealing, which is never given up.
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
        if (stage != Stage.Seal && !IsPassing(failure) && row.Attempts + 1 >= MostAttempts)
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
        row.Note = reason;
        row.ChangedAt = now;
        var pause = Stages.Backoff(stage, row.Attempts);
        row.DueAt = now + pause;
        if (stage == Stage.Seal)
        {
            var delivery = await db.Deliveries.SingleAsync(d => d.ItemId == itemId, ct);
            if (delivery.State == DeliveryState.Sealing)
                delivery.Reason = reason;
        }

        log.Postponed(stage.ToString(), itemId, row.Attempts, pause, reason);
        return row.DueAt;
    }
}
