using System.Collections.Concurrent;
using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Dock.Disk;
using EvidenceIngest.Dock.Journal;
using EvidenceIngest.Recorders;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Listing;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Dock.Offload;

/// <summary>What all bays share: buffers, disk space, the right to copy.</summary>
internal sealed record OffloadMeans(
    VerifiedCopy Copy,
    StagingBatch Batch,
    SourceCheck Source,
    OffloadIntake Intake,
    DeadlineGate Copies,
    StagingSpace Space,
    StagingFolder Staging,
    DockOptions Options,
    TimeProvider Time,
    ILogger<OffloadRun> Log);

/// <summary>
/// Gets everything that one docked recorder holds into staging. Files that fail don't stop the others; they are named at
/// the end, and the bay tries again.
/// </summary>
internal sealed class OffloadRun(
    OffloadMeans means, IdentifiedRecorder identified, OffloadJournal offload, RecorderListing listing, BayProgress bay, ISet<int> confirmed)
{
    private readonly IReadOnlyDictionary<string, RecorderFile> _digestFiles = RecorderDigest.FilesOf(listing);
    private readonly ConcurrentQueue<Exception> _failures = [];
    private readonly Lock _gate = new();
    private (string Offload, IReadOnlyDictionary<int, Receipted> Receipts)? _earlier;

    /// <exception cref="RecorderGoneException">It left; what was staged stays.</exception>
    /// <exception cref="OffloadIncompleteException">Some files could not be staged.</exception>
    public async Task RunAsync(IReadOnlyList<OffloadWork> work, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, identified.Recorder.Gone);
        try
        {
            // What is not safe yet comes before what only wants to be recognised.
            await EachAsync(WorkPlan.Batches(work.OfType<CopyWork>()), StageAsync, stop.Token);
            await EachAsync(WorkPlan.Singles(work.OfType<ConfirmWork>()), ConfirmAsync, stop.Token);
        }
        catch (OperationCanceledException e) when (identified.Recorder.Gone.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new RecorderGoneException("the recorder left while its files were copied", e);
        }

        if (!_failures.IsEmpty)
            throw new OffloadIncompleteException([.. _failures]);
    }

    private async Task EachAsync(
        IEnumerable<IReadOnlyList<OffloadWork>> batches, Func<IReadOnlyList<OffloadWork>, CancellationToken, Task> run, CancellationToken ct)
    {
        // A USB recorder's reader gains nothing from two files at once; its card would only seek.
        var parallel = identified.Recorder.Attachment is FolderAttachment ? means.Options.ParallelFilesPerBay : 1;
        await Parallel.ForEachAsync(
            batches,
            new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = ct },
            async (batch, token) =>
            {
                try
                {
                    await run(batch, token);
                }
                catch (Exception e) when (e is not (RecorderGoneException or OperationCanceledException))
                {
                    // One file's trouble is not the others': they go on, and the bay hears of all of it at the end.
                    means.Log.FilesFailed(offload.Id, batch[0].Number, batch.Count, e);
                    _failures.Enqueue(e);
                }
            });
    }

    private async Task StageAsync(IReadOnlyList<OffloadWork> batch, CancellationToken ct)
    {
        try
        {
            await StageWholeAsync(batch, ct);
        }
        catch (FileVanishedException) when (batch.Count > 1)
        {
            foreach (var one in batch.Where(w => !offload.Read(l => l.File(w.Number).IsSettled)))
                await StageAsync([one], ct);
        }
        catch (FileVanishedException e)
        {
            await new VanishedFile(means.Time).SettleAsync(offload, batch[0].Number, e.Message, ct);
        }
    }

    private async Task StageWholeAsync(IReadOnlyList<OffloadWork> batch, CancellationToken ct)
    {
        while (true)
        {
            // Room first: a copy that waits for room must not keep others, which fit, from copying.
            using var room = await means.Space.ReserveAsync(batch.Sum(Unwritten), bay.LacksSpace, ct);
            using var place = await means.Copies.EnterAsync(batch[0].Deadline, ct);
            var watches = batch.Select(w => new CopyWatch(bay, offload, w, room, means.Time)).ToList();
            try
            {
                await means.Batch.StageAsync([.. batch.Select((w, i) => OrderFor(w, watches[i]))], ct);
                foreach (var (work, watch) in batch.Zip(watches))
                {
                    lock (_gate)
                        confirmed.Add(work.Number);
                    watch.Done();
                }

                return;
            }
            catch (StagingDiskException e) when (e.IsFull)
            {
                // Somebody else filled the disk. Wait for room like a copy that hasn't begun, and go on from the marks.
                bay.LacksSpace(batch.Sum(w => w.File.Bytes));
                await Task.Delay(TimeSpan.FromSeconds(2), means.Time, ct);
            }
            finally
            {
                foreach (var watch in watches)
                    watch.Dispose();
            }
        }
    }

    private async Task ConfirmAsync(IReadOnlyList<OffloadWork> batch, CancellationToken ct)
    {
        var work = (ConfirmWork)batch[0];
        if (await HasKnownContentAsync(work, ct))
        {
            if (work.Earlier is { } earlier)
            {
                var now = means.Time.GetUtcNow();
                await offload.RecordAsync(
                    new Recognised(now, work.Number, work.File.Bytes, work.Expected, earlier.OffloadId),
                    ReceiptOf(earlier) with { At = now, Files = [work.Number] });
            }

            lock (_gate)
                confirmed.Add(work.Number);
            return;
        }

        means.Log.ContentChanged(offload.Id, work.Number);
        await StageAsync([await means.Intake.TakeAsNewAsync(offload, work)], ct);
    }

    private async Task<bool> HasKnownContentAsync(ConfirmWork work, CancellationToken ct)
    {
        using var place = await means.Copies.EnterAsync(work.Deadline, ct);
        using var watch = new CopyWatch(bay, offload, work, room: null, means.Time);
        var same = await means.Source.HasAsync(OrderFor(work, watch), work.Expected, ct);
        if (same)
            watch.Done();
        return same;
    }

    private Receipted ReceiptOf(KnownFile earlier)
    {
        lock (_gate)
        {
            if (_earlier?.Offload != earlier.OffloadId)
                _earlier = (earlier.OffloadId, means.Staging.ReceiptsOf(earlier.OffloadId));
            return _earlier.Value.Receipts[earlier.File];
        }
    }

    private CopyOrder OrderFor(OffloadWork work, CopyWatch watch) => new(
        identified.Driver, identified.Recorder, work.File, offload, work.Number,
        offload.Read(l => l.File(work.Number).Marks.ToArray()), watch, _digestFiles.GetValueOrDefault(work.File.Path));

    private long Unwritten(OffloadWork work)
    {
        var staged = new FileInfo(offload.StagedPath(work.Number));
        return Math.Max(0, work.File.Bytes - (staged.Exists ? staged.Length : 0));
    }
}

/// <summary>Some files could not be staged; the first of the reasons is the cause.</summary>
internal sealed class OffloadIncompleteException(IReadOnlyList<Exception> failures)
    : Exception($"{failures.Count} files or batches could not be staged: {failures[0].Message}", failures[0])
{
    public int Count => failures.Count;
}
