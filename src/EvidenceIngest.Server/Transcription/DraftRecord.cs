using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Transcripts;
using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Server.Transcription.Sound;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Transcription;

/// <summary>Keeps what an engine hears, window by window, and makes the draft of it. Whatever a person did meanwhile counts for more.</summary>
internal sealed class DraftRecord(EvidenceCatalogue catalogue, TranscriptionOptions transcription, ServerOptions options, TimeProvider time)
{
    public const string PersonWrote = "a person wrote the transcript";

    private const string Why = "机器根据录音生成，未经人工核对";
    private const string NobodySpeaks = "（未识别出语音）";

    /// <returns>Where to go on: the first sample that was not heard by this work. What other work left is forgotten.</returns>
    public Task<long> BeginAsync(DraftWork work, CancellationToken ct) => catalogue.WriteAsync(
        async db =>
        {
            await db.LockItemAsync(work.ItemId, ct);
            await db.HeardWindows.Where(w => w.ItemId == work.ItemId && w.Work != work.Key).ExecuteDeleteAsync(ct);
            return await db.HeardWindows.Where(w => w.ItemId == work.ItemId).MaxAsync(w => (long?)w.Ends, ct) ?? 0;
        },
        ct);

    /// <returns>False when nobody wants the rest any more.</returns>
    public Task<bool> KeepAsync(DraftWork work, SoundWindow window, IReadOnlyList<TranscriptSegment> heard, CancellationToken ct)
    {
        var kept = new HeardWindow { ItemId = work.ItemId, Begins = window.Begins, Ends = window.Ends, Work = work.Key, Segments = heard, HeardAt = time.GetUtcNow() };
        return catalogue.WriteAsync(
            async db =>
            {
                if (await OpenAsync(db, work, ct) is null)
                    return false;
                // The answer to a commit may have been lost.
                if (!await db.HeardWindows.AnyAsync(w => w.ItemId == work.ItemId && w.Begins == window.Begins, ct))
                    db.Add(kept);
                return true;
            },
            ct);
    }

    /// <param name="work">Which.</param>
    /// <param name="seconds">Of the sound.</param>
    /// <param name="ct">Ends it.</param>
    public Task FinishAsync(DraftWork work, double seconds, CancellationToken ct) => catalogue.WriteAsync(
        async db =>
        {
            if (await OpenAsync(db, work, ct) is not { } open)
                return;
            var windows = await db.HeardWindows.AsNoTracking().Where(w => w.ItemId == work.ItemId && w.Work == work.Key).OrderBy(w => w.Begins).ToListAsync(ct);
            IReadOnlyList<TranscriptSegment> heard = [.. windows.SelectMany(w => w.Segments)];
            if (heard.Count == 0)
                heard = [new TranscriptSegment(0, Math.Max(0.001, Math.Round(seconds, 3)), null, NobodySpeaks)];
            var now = time.GetUtcMilliseconds();
            await TranscriptRegister.AddDraftAsync(db, open.Item, work.Language, work.Source, LongTalk.Fold(heard, TranscriptRules.MostSegments), now, options.Name, Why, ct);
            await SettleAsync(db, open.Stage, StageState.Done, null, ct);
        },
        ct);

    /// <summary>Ends the stage without a draft.</summary>
    public Task SettleAsync(string itemId, StageState state, string note, CancellationToken ct) => catalogue.WriteAsync(
        async db =>
        {
            await db.LockItemAsync(itemId, ct);
            var stage = await db.ItemStages.SingleAsync(s => s.ItemId == itemId && s.Stage == Stage.Transcribe, ct);
            if (stage.State == StageState.Due)
                await SettleAsync(db, stage, state, note, ct);
        },
        ct);

    private async Task SettleAsync(CatalogueDb db, ItemStage stage, StageState state, string? note, CancellationToken ct)
    {
        stage.Become(state, time.GetUtcNow(), note);
        if (state != StageState.Awaiting)
            await db.HeardWindows.Where(w => w.ItemId == stage.ItemId).ExecuteDeleteAsync(ct);
    }

    /// <summary>The item, locked; null when its turn is over, its language is another, it is gone, or a person wrote.</summary>
    private async Task<(EvidenceItem Item, ItemStage Stage)?> OpenAsync(CatalogueDb db, DraftWork work, CancellationToken ct)
    {
        await db.LockItemAsync(work.ItemId, ct);
        var item = await db.Items.Include(i => i.Stages).SingleAsync(i => i.Id == work.ItemId, ct);
        var stage = item.Stages.Single(s => s.Stage == Stage.Transcribe);
        if (stage.State != StageState.Due || (item.Language ?? transcription.Language) != work.Language)
            return null;
        if (item.State == ItemState.Disposed)
        {
            await SettleAsync(db, stage, StageState.NotNeeded, "disposed of", ct);
            return null;
        }

        if (await db.PersonWroteAsync(work.ItemId, ct))
        {
            await SettleAsync(db, stage, StageState.Done, PersonWrote, ct);
            return null;
        }

        return (item, stage);
    }
}

internal static class TranscriptQueries
{
    /// <summary>Whether any version is a person's: then engines have nothing more to say.</summary>
    public static Task<bool> PersonWroteAsync(this CatalogueDb db, string itemId, CancellationToken ct) =>
        db.Transcripts.AnyAsync(t => t.ItemId == itemId && t.State != TranscriptState.Draft, ct);
}
