using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Transcription;
using EvidenceIngest.Server.Transcription.Sound;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Pipeline;

/// <summary>
/// Lets an engine write the draft of a transcript. Idempotent, and goes on behind the last window that was kept. Needs the
/// rendition <c>audio16k</c>. Without a model the stage awaits one; an engine that is away is worth a retry.
/// </summary>
internal sealed class Transcribing(EvidenceCatalogue catalogue, IVault vault, Transcribers transcribers, DraftRecord drafts, TranscriptionOptions options)
{
    private const string Sound = "audio16k";

    public async Task RunAsync(string itemId, CancellationToken ct)
    {
        var item = await catalogue.ReadAsync(db => db.Items.Include(i => i.Renditions).SingleAsync(i => i.Id == itemId, ct), ct);
        var language = item.Language ?? options.Language;
        if (item.State == ItemState.Disposed)
            await drafts.SettleAsync(itemId, StageState.NotNeeded, "disposed of", ct);
        else if (await catalogue.ReadAsync(db => db.PersonWroteAsync(itemId, ct), ct))
            await drafts.SettleAsync(itemId, StageState.Done, DraftRecord.PersonWrote, ct);
        else if (transcribers.Missing(language) is { } missing)
            await drafts.SettleAsync(itemId, StageState.Awaiting, "transcript: " + missing, ct);
        else if (item.Renditions.SingleOrDefault(r => r.Name == Sound) is not { } sound)
            throw new TranscriberFaultException($"there is no rendition {Sound}");
        else
            await DraftAsync(itemId, language, sound, ct);
    }

    private async Task DraftAsync(string itemId, string language, StoredRendition stored, CancellationToken ct)
    {
        using var transcriber = await transcribers.OpenAsync(language, ct);
        var work = new DraftWork(itemId, language, transcriber.Source, stored.Sha256);
        using var sound = await SealedSound.OpenAsync(vault, new VaultVersion(stored.Bucket, stored.Key, stored.VersionId), stored.Bytes, ct);
        var begins = await drafts.BeginAsync(work, ct);
        await sound.SkipToAsync(begins, ct);
        var windows = new SoundWindows(sound, begins, options.Window);
        while (await windows.NextAsync(ct) is { } window)
        {
            var heard = HeardSpeech.Place(await transcriber.TranscribeAsync(window.Pcm, ct), window.Start, window.Seconds);
            if (!await drafts.KeepAsync(work, window, heard, ct))
                return;
        }

        await sound.DemandDigestAsync(stored.Sha256, ct);
        await drafts.FinishAsync(work, (double)sound.Samples / WavHeader.Rate, ct);
    }
}
