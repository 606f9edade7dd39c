using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Recorders.Listing;

namespace EvidenceIngest.Recorders.Drivers.Mtp;

/// <summary>
/// Deletes objects that a receipt proves sealed, each after it was read once more. A repeat finds the object gone.
/// </summary>
internal sealed class MtpClearing(MtpRecorder recorder)
{
    public async Task<ClearedMedia> ClearAsync(IReadOnlyList<RecorderFile> files, VaultReceipt receipt, CancellationToken ct)
    {
        var (deleted, kept) = (new List<RecorderFile>(), new List<KeptFile>());
        recorder.ThrowIfGone();
        foreach (var file in files)
        {
            ct.ThrowIfCancellationRequested();
            if (await ReasonToKeepAsync(file, receipt, ct) is { } reason)
                kept.Add(new KeptFile(file, reason));
            else
                deleted.Add(file);
        }

        return new ClearedMedia(deleted, kept);
    }

    /// <summary>Null when the object is deleted, now or by an earlier call that was cut off.</summary>
    private async Task<string?> ReasonToKeepAsync(RecorderFile file, VaultReceipt receipt, CancellationToken ct)
    {
        var proofs = receipt.Statement.Files.Where(s => s.RecorderPath == file.Path).ToList();
        if (proofs.Count == 0)
            return "the receipt names no such file";
        try
        {
            if (await recorder.LookAsync(file, ct) is not { } before)
                return null;
            await using var content = new MtpStream(recorder, before);
            var (digest, bytes) = await ContentHasher.HashAsync(content, proofs.Any(p => p.Digest.Sm3 is not null), ct);
            if (receipt.Find(file.Path, digest) is not { } proof || proof.Bytes != bytes)
                return $"its content now hashes to SHA-256 {digest.Sha256}, which the receipt does not prove sealed";
            if (await recorder.LookAsync(file, ct) is not { } after || (after.Id, after.Bytes, after.ModifiedAt) != (before.Id, before.Bytes, before.ModifiedAt))
                return "it changed while it was read";
            await recorder.DeleteAsync(before, ct);
            return null;
        }
        catch (IOException e) when (e is not RecorderGoneException)
        {
            return e.Message;
        }
    }
}
