using EvidenceIngest.Dock.Delivery;
using EvidenceIngest.Dock.Journal;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Recorders;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Listing;
using EvidenceIngest.Recorders.Profiles;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Dock.Clearing;

/// <summary>
/// Deletes sealed footage from a recorder: only against a receipt whose signature is verified again right here, only what
/// this offload's profile offloaded, only whole recordings' files and their companions, never strangers. The driver reads each file once more
/// and deletes it only if it still has the receipt's digest. Idempotent; <see cref="RecorderGoneException"/> is worth a
/// retry when the recorder is back.
/// </summary>
internal sealed class RecorderClearing(DockOptions options, CredentialStore credentials, TimeProvider time, ILogger<RecorderClearing> log)
{
    public bool IsEnabledFor(HardwareProfile profile) => options.Clearing && profile.ClearAllowed;

    /// <summary>True when something that was offloaded stays on the recorder.</summary>
    public async Task<bool> ClearAsync(
        IdentifiedRecorder identified, OffloadJournal offload, RecorderListing listing, CancellationToken ct)
    {
        var recorder = identified.Recorder;
        if (!IsEnabledFor(recorder.Profile) || offload.Read(l => l.Opened.Recorder.Profile) != recorder.Profile.Name)
            return true;
        if (credentials.Current is not { } trusted)
            return true;
        // A companion of nothing, such as the device's log, may still be written to: it stays.
        var companions = listing.Sidecars.Where(s => s.Of is not null).Select(s => s.File);
        var all = listing.Recordings.SelectMany(r => r.Files).Concat(companions)
            .Select(f => (File: f, Entry: offload.Read(l => l.Find(f.Path, f.Bytes, f.ModifiedAt))))
            .ToList();
        var keptSome = listing.Strangers.Count > 0 || listing.Sidecars.Any(s => s.Of is null);
        foreach (var group in all.Where(f => f.Entry?.Receipt is not null).GroupBy(f => f.Entry!.Receipt!.ReceiptId))
        {
            var files = group.Select(f => (f.File, Entry: f.Entry!)).ToList();
            keptSome |= !await ClearAsync(identified, offload, trusted, files, ct);
        }

        return keptSome || all.Any(f => f.Entry?.Receipt is null);
    }

    private async Task<bool> ClearAsync(
        IdentifiedRecorder identified,
        OffloadJournal offload,
        DockCredentials trusted,
        List<(RecorderFile File, FileEntry Entry)> files,
        CancellationToken ct)
    {
        var receipted = files[0].Entry.Receipt!;
        VaultReceipt receipt;
        try
        {
            receipt = VaultReceipt.Verify(receipted.Envelope, trusted.ReceiptKey);
        }
        catch (ReceiptRefusedException e)
        {
            log.ReceiptRefused(offload.Id, receipted.ReceiptId, e.Message);
            await KeepAsync(offload, [.. files.Select(f => (f.Entry, "the receipt proves nothing: " + e.Message))]);
            return false;
        }

        var proven = new List<(RecorderFile File, FileEntry Entry)>();
        var kept = new List<(FileEntry Entry, string Reason)>();
        foreach (var (file, entry) in files)
        {
            if (RefusalOf(entry, file, receipt, offload) is { } refusal)
                kept.Add((entry, refusal));
            else
                proven.Add((file, entry));
        }

        if (proven.Count > 0)
        {
            await offload.RecordAsync(new ClearingStarted(
                time.GetUtcNow(), [.. proven.Select(p => p.Entry.Number)], receipt.Statement.ReceiptId));
            var media = await identified.Driver.ClearAsync(identified.Recorder, [.. proven.Select(p => p.File)], receipt, ct);
            var deleted = proven.Where(p => media.Deleted.Any(d => d.Path == p.File.Path)).Select(p => p.Entry.Number).ToList();
            if (deleted.Count > 0)
                await offload.RecordAsync(new Cleared(time.GetUtcNow(), deleted, receipt.Statement.ReceiptId));
            kept.AddRange(proven
                .Where(p => !deleted.Contains(p.Entry.Number))
                .Select(p => (p.Entry, media.Kept.FirstOrDefault(k => k.File.Path == p.File.Path)?.Reason ?? "the driver did not delete it")));
        }

        await KeepAsync(offload, kept);
        log.Cleared(offload.Id, receipt.Statement.ReceiptId, files.Count - kept.Count, kept.Count);
        return kept.Count == 0;
    }

    private static string? RefusalOf(FileEntry entry, RecorderFile file, VaultReceipt receipt, OffloadJournal offload)
    {
        if (receipt.Statement.RecorderId != offload.Read(l => l.Opened.Recorder.RecorderId))
            return "the receipt is for another recorder";
        if (entry.Recording.Listed.Facts.Findings.Any(f => f.Code == FindingCode.Foreign))
            return "no recording by the profile's names";
        if (entry.Staged?.Findings.Any(f => f.Code is FindingCode.Foreign or FindingCode.Unreadable or FindingCode.ChangedWhileRead) == true)
            return "what is sealed may not be all that is on the recorder";
        if (entry.Bytes != file.Bytes)
            return $"{entry.Bytes} bytes are sealed, {file.Bytes} are on the recorder";
        return receipt.Find(entry.Listed.Path, entry.Digest!) is { } proof && proof.Bytes == file.Bytes
            ? null
            : "the receipt does not cover this content";
    }

    private async Task KeepAsync(OffloadJournal offload, IReadOnlyList<(FileEntry Entry, string Reason)> kept)
    {
        // Said once: a recorder that is docked daily must not add the same line to the chain every day.
        var news = kept.Where(k => k.Entry.Kept?.Reason != k.Reason).Select(k => new Kept(time.GetUtcNow(), k.Entry.Number, k.Reason));
        await offload.RecordAsync([.. news]);
    }
}
