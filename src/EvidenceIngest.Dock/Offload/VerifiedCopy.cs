using EvidenceIngest.Dock.Disk;
using EvidenceIngest.Dock.Journal;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Recorders.Drivers;
using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Dock.Offload;

/// <summary>
/// Copies one file from a recorder into staging, hashing it on the way. What it returns is copied, not yet synced and not
/// yet read back: <see cref="StagingBatch"/> does both, for many small files at once. Idempotent: it goes on where an
/// earlier attempt provably got to. <see cref="RecorderGoneException"/> is worth a retry when the recorder is back.
/// </summary>
internal sealed class VerifiedCopy(BufferPool buffers, IoPace pace, TimeProvider time, bool withSm3)
{
    /// <summary>Reads of a file that changes meanwhile, before its last reading is kept with a finding.</summary>
    private const int MaxReads = 3;

    /// <summary>Rereads of an unreadable block; a loose contact often gives the bytes a moment later.</summary>
    private const int MaxBlockRetries = 3;

    private const int SmallestReadBytes = 4096;

    private static readonly TimeSpan PauseBeforeRetry = TimeSpan.FromMilliseconds(300);

    /// <exception cref="FileVanishedException">The file is no longer on the recorder.</exception>
    public async Task<CopiedFile> CopyAsync(CopyOrder order, CancellationToken ct)
    {
        var noted = await RecorderDigest.ReadAsync(order, ct);
        for (var read = 1; ; read++)
        {
            var before = await StampAsync(order, ct);
            var target = File.OpenHandle(order.StagedPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            try
            {
                var (bytes, digest, md5, unreadable) = await PassAsync(order, target, before, noted is not null, resume: read == 1, ct);
                RandomAccess.SetLength(target, bytes);
                var after = await StampAsync(order, ct);
                var changed = unreadable is null && (after != before || after.Bytes != bytes);
                if (changed && read < MaxReads)
                {
                    await order.Offload.RecordAsync(new Repeated(time.GetUtcNow(), order.Number, "the file changed while it was read"));
                    target.Dispose();
                    await Task.Delay(PauseBeforeRetry * read, time, ct);
                    continue;
                }

                var findings = new List<Finding>();
                if (changed)
                    findings.Add(new Finding(FindingCode.ChangedWhileRead, $"{order.File.Path}: changed during each of {MaxReads} readings"));
                if (unreadable is not null)
                    findings.Add(Unreadable(order, unreadable, before));
                if (unreadable is null && noted is not null && md5 != noted)
                {
                    findings.Add(new Finding(
                        FindingCode.RecorderDigestMismatch,
                        $"{order.File.Path}: the recorder noted MD5 {noted} in {order.DigestFile!.Path}, but its content has {md5}"));
                }

                return new CopiedFile(order, target, bytes, digest, before.ModifiedAt, findings);
            }
            catch
            {
                target.Dispose();
                throw;
            }
        }
    }

    private static async Task<FileStamp> StampAsync(CopyOrder order, CancellationToken ct) =>
        await order.Driver.StampAsync(order.Recorder, order.File, ct)
        ?? throw new FileVanishedException($"{order.File.Path} is no longer on the recorder");

    private static Finding Unreadable(CopyOrder order, UnreadableSourceException unreadable, FileStamp stamp) => new(
        FindingCode.Unreadable,
        (unreadable.Position == 0
            ? $"{order.File.Path}: nothing of {stamp.Bytes} bytes could be read"
            : $"{order.File.Path}: bytes 0-{unreadable.Position - 1} of {stamp.Bytes} were copied; from byte {unreadable.Position} on "
              + "the recorder could not be read")
        + ", and the rest stays on it");

    private async Task<(long Bytes, ContentDigest Digest, string? Md5, UnreadableSourceException? Unreadable)> PassAsync(
        CopyOrder order, SafeFileHandle target, FileStamp stamp, bool withMd5, bool resume, CancellationToken ct)
    {
        using var digests = new CopyDigests(withSm3, stamp.Bytes, withMd5);
        var source = await order.Driver.OpenReadAsync(order.Recorder, order.File, ct);
        try
        {
            var pass = new CopyPass(buffers, pace);
            var position = resume && order.Marks.Count > 0 ? await ResumeAsync(order, target, source, digests, ct) : 0;
            var readBytes = BufferPool.BufferBytes;
            for (var failures = 0; ;)
            {
                try
                {
                    var end = await order.BlockingAsync(() => pass.Run(source, target, digests, position, readBytes, order.Watch, ct));
                    return (end, digests.Finish(), digests.FinishMd5(), null);
                }
                catch (UnreadableSourceException e)
                {
                    failures = e.Position > position ? 1 : failures + 1;
                    if (failures > MaxBlockRetries)
                        return (e.Position, digests.Finish(), null, e);
                    // Smaller reads find the last good byte before the bad block.
                    (position, readBytes) = (e.Position, SmallestReadBytes);
                    await source.DisposeAsync();
                    await Task.Delay(PauseBeforeRetry * failures, time, ct);
                    // Opened anew: a stream that failed once may stand anywhere.
                    source = await order.Driver.OpenReadAsync(order.Recorder, order.File, ct);
                    source.Position = position;
                }
            }
        }
        finally
        {
            await source.DisposeAsync();
        }
    }

    private async Task<long> ResumeAsync(
        CopyOrder order, SafeFileHandle target, Stream source, CopyDigests digests, CancellationToken ct)
    {
        var resume = new ResumePoint(buffers);
        var from = await order.BlockingAsync(() => resume.Find(target, source, order.Marks, digests, ct));
        RandomAccess.SetLength(target, from);
        if (from > 0)
            await order.Offload.RecordAsync(new Resumed(time.GetUtcNow(), order.Number, from));
        else
            await order.Offload.RecordAsync(new Repeated(time.GetUtcNow(), order.Number, "the half copy did not prove right; begun anew"));
        source.Position = from;
        order.Watch.Copied(from);
        return from;
    }
}

/// <summary>The recorder is there, but the file no longer is.</summary>
internal sealed class FileVanishedException(string message) : IOException(message);
