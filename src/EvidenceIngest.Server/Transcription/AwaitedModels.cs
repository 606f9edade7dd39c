using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Pipeline;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Transcription;

/// <summary>Items that waited for a model get their turn once it is there.</summary>
internal sealed class AwaitedModels(EvidenceCatalogue catalogue, Transcribers transcribers, TranscriptionOptions options, TimeProvider time)
{
    private const int Most = 500;

    /// <returns>How many.</returns>
    public async Task<int> ReleaseAsync(CancellationToken ct)
    {
        var released = 0;
        foreach (var language in transcribers.Served())
            released += await ReleaseAsync(language, ct);
        return released;
    }

    private Task<int> ReleaseAsync(string language, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var isUsual = language == options.Language;
        return catalogue.WriteAsync(
            async db =>
            {
                var waiting = await db.ItemStages.Where(s => s.Stage == Stage.Transcribe && s.State == StageState.Awaiting)
                    .Where(s => db.Items.Any(i => i.Id == s.ItemId && (i.Language == language || (isUsual && i.Language == null))))
                    .OrderBy(s => s.ItemId).Select(s => s.ItemId).Take(Most).ToListAsync(ct);
                // Whoever changes the stage otherwise holds the item; only what still waits is touched.
                return waiting.Count == 0 ? 0 : await db.ItemStages.Where(s => waiting.Contains(s.ItemId) && s.Stage == Stage.Transcribe && s.State == StageState.Awaiting).ExecuteUpdateAsync(
                    set => set.SetProperty(s => s.State, StageState.Due).SetProperty(s => s.DueAt, now).SetProperty(s => s.ChangedAt, now)
                        .SetProperty(s => s.Note, (string?)null).SetProperty(s => s.Attempts, 0),
                    ct);
            },
            ct);
    }
}
