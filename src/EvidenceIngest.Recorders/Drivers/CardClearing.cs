using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Recorders.Cards;
using EvidenceIngest.Recorders.Listing;

namespace EvidenceIngest.Recorders.Drivers;

/// <summary>
/// Deletes from a card what a receipt proves sealed. Each file is opened, hashed through that handle, and its name is deleted
/// only if it still leads to the same unchanged file; anything else is kept with the reason. A repeat finds the file gone.
/// </summary>
internal sealed class CardClearing(CardRecorder card)
{
    public async Task<ClearedMedia> ClearAsync(IReadOnlyList<RecorderFile> files, VaultReceipt receipt, CancellationToken ct)
    {
        var receipted = files.ToLookup(file => receipt.Statement.Files.Any(s => s.RecorderPath == file.Path));
        var kept = receipted[false].Select(f => new KeptFile(f, "the receipt names no such file")).ToList();
        // Nothing to delete: the medium isn't even made writable.
        if (!receipted[true].Any())
            return new ClearedMedia([], kept);
        card.ThrowIfGone();
        try
        {
            return await card.Medium.WriteAsync(token => ClearReceiptedAsync([.. receipted[true]], kept, receipt, token), ct);
        }
        catch (CardIoException e) when (e.Errno is Linux.ReadOnly or Linux.AccessDenied)
        {
            return new ClearedMedia([], [.. files.Select(f => new KeptFile(f, "the medium is write-protected: " + e.Message))]);
        }
        catch (IOException e) when (e is not RecorderGoneException && card.IsGoneAfter(e))
        {
            throw new RecorderGoneException($"{card.Attachment.Bay}: the recorder left while it was cleared: {e.Message}", e);
        }
    }

    private async Task<ClearedMedia> ClearReceiptedAsync(
        IReadOnlyList<RecorderFile> files, List<KeptFile> kept, VaultReceipt receipt, CancellationToken ct)
    {
        var deleted = new List<RecorderFile>();
        var touched = new Dictionary<string, RecorderFile>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            ct.ThrowIfCancellationRequested();
            // Deleted by an earlier call that was cut off before it could say so.
            if (card.Run(() => card.Medium.Volumes.IsAbsent(file.RawPath.Span)))
                deleted.Add(file);
            else if (await ReasonToKeepAsync(file, receipt, ct) is { } reason)
                kept.Add(new KeptFile(file, reason));
            else
                deleted.Add(touched[FolderOf(file)] = file);
        }

        foreach (var file in touched.Values)
            card.Run(() => { card.Medium.Volumes.SyncFolderOf(file.RawPath.Span); return true; });
        return new ClearedMedia(deleted, kept);
    }

    /// <summary>Null when the file is deleted.</summary>
    private async Task<string?> ReasonToKeepAsync(RecorderFile file, VaultReceipt receipt, CancellationToken ct)
    {
        var volumes = card.Medium.Volumes;
        try
        {
            var handle = card.Run(() => volumes.OpenFile(file.RawPath.Span));
            await using var content = new CardStream(card, handle);
            var before = card.Run(() => volumes.Identify(handle));
            var withSm3 = receipt.Statement.Files.Any(s => s.RecorderPath == file.Path && s.Digest.Sm3 is not null);
            var (digest, bytes) = await ContentHasher.HashAsync(content, withSm3, ct);
            if (receipt.Find(file.Path, digest) is not { } proof || proof.Bytes != bytes)
                return $"its content now hashes to SHA-256 {digest.Sha256}, which the receipt does not prove sealed";
            if (card.Run(() => volumes.Identify(handle)) != before)
                return "it changed while it was read";
            return card.Run(() => volumes.DeleteIfUnchanged(file.RawPath.Span, before))
                ? null
                : "another file took its name while it was read";
        }
        catch (IOException e) when (e is not RecorderGoneException)
        {
            return e.Message;
        }
    }

    private static string FolderOf(RecorderFile file) => file.Path[..(file.Path.LastIndexOf('/') + 1)];
}
