using EvidenceIngest.Dock.Disk;
using EvidenceIngest.Dock.Journal;
using EvidenceIngest.Dock.Offload;
using EvidenceIngest.Domain.Deliveries;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Dock.Delivery;

/// <summary>
/// Brings one recording's staged files to the vault and its receipt back: announce, send what is missing, complete, wait,
/// take the receipt in. Idempotent: announcing again finds the delivery where it was left.
/// </summary>
internal sealed class RecordingDelivery(
    ServerApi api,
    PartUpload parts,
    ReceiptIntake receipts,
    StagedReread reread,
    DeadlineGate flows,
    DeadlineGate polls,
    UploadSchedule schedule,
    TimeProvider time,
    ILogger<RecordingDelivery> log)
{
    private const int MaxRounds = 4;

    /// <summary>Fewer deliveries than this wait for their receipts with long polls; more take turns with short ones.</summary>
    private const int FewWaiting = 8;

    private static readonly TimeSpan PollPause = TimeSpan.FromMilliseconds(500);

    private int _waiting;

    /// <summary>False when it is not time to send: outside the upload window, or an equal delivery is under way.</summary>
    public async Task<bool> RunAsync(OffloadJournal offload, IReadOnlyList<FileEntry> files, CancellationToken ct)
    {
        var deadline = files[0].Recording.Listed.Deadline;
        DeliveryStatus? status;
        string id;
        DeliveryManifest manifest;
        using (await flows.EnterAsync(deadline, ct))
        {
            (id, manifest) = await JournalAsync(offload, files);
            if (id.Length == 0)
                return false;
            (status, var already) = await api.AnnounceAsync(manifest, ct);
            if (status is null)
            {
                await receipts.TakeAlreadySealedAsync(offload, id, manifest, files, already);
                return true;
            }

            if (NeedsParts(status) && !schedule.MaySend(deadline))
                return false;
            status = await SendAsync(offload, id, manifest, files, status, deadline, ct);
        }

        while (status.State != DeliveryState.Sealed)
        {
            // Waiting takes no place away from deliveries that have bytes to send.
            status = await PollAsync(id, deadline, ct);
            if (NeedsParts(status))
            {
                using var place = await flows.EnterAsync(deadline, ct);
                status = await SendAsync(offload, id, manifest, files, status, deadline, ct);
            }
        }

        await receipts.TakeAsync(
            offload, id, manifest, files, status.Receipt ?? throw new ServerBusyException("sealed, but without a receipt"));
        return true;
    }

    private static bool NeedsParts(DeliveryStatus status) => status.State is DeliveryState.Uploading or DeliveryState.ResendNeeded;

    private async Task<(string Id, DeliveryManifest Manifest)> JournalAsync(OffloadJournal offload, IReadOnlyList<FileEntry> files)
    {
        var at = files[0].Delivery?.Announced.At ?? time.GetUtcNow();
        var manifest = offload.Read(l => ManifestMaking.For(l, files, at));
        var id = manifest.DeliveryId();
        if (files[0].Delivery is not null)
            return (id, manifest);
        if (offload.Read(l => l.OpenDelivery(id)) is not null)
            return ("", manifest);
        await offload.RecordAsync(new Announced(at, id, [.. files.Select(f => f.Number)]));
        return (id, manifest);
    }

    private async Task<DeliveryStatus> SendAsync(
        OffloadJournal offload,
        string id,
        DeliveryManifest manifest,
        IReadOnlyList<FileEntry> files,
        DeliveryStatus status,
        DateTimeOffset deadline,
        CancellationToken ct)
    {
        for (var round = 1; NeedsParts(status); round++)
        {
            if (round > MaxRounds)
                throw new PartRefusedException($"sent {MaxRounds} times, and the server still asks for parts: {status.Reason}");
            if (status.State == DeliveryState.ResendNeeded)
            {
                log.ResendAsked(id, status.Reason);
                await VerifyStagedAsync(offload, id, files, ct);
                await offload.RecordAsync(new Resent(time.GetUtcNow(), id, status.Reason ?? "the server asked for it"));
                // Announced again, a delivery that is to be sent again says which parts it wants.
                status = (await api.AnnounceAsync(manifest, ct)).Status ?? status;
                if (!NeedsParts(status))
                    return status;
            }

            try
            {
                await parts.SendAsync(id, MissingParts(offload, files, status), deadline, ct);
            }
            catch (Exception e) when (e is PartRefusedException or StagedCopySpoiledException)
            {
                await VerifyStagedAsync(offload, id, files, ct);
                throw;
            }

            status = await api.CompleteAsync(id, ct);
        }

        return status;
    }

    private static List<StagedPart> MissingParts(OffloadJournal offload, IReadOnlyList<FileEntry> files, DeliveryStatus status) =>
        [.. status.Files.SelectMany((file, index) => file.MissingParts.Select(part =>
        {
            var offset = (long)(part - 1) * status.PartBytes;
            var bytes = (int)Math.Min(status.PartBytes, files[index].Bytes - offset);
            return new StagedPart(offload.StagedPath(files[index].Number), index, part, offset, bytes);
        }))];

    /// <exception cref="StagedCopySpoiledException">A staged file is set aside; its recorder must give it once more.</exception>
    private async Task VerifyStagedAsync(OffloadJournal offload, string id, IReadOnlyList<FileEntry> files, CancellationToken ct)
    {
        foreach (var file in files)
        {
            var path = offload.StagedPath(file.Number);
            try
            {
                await Task.Factory.StartNew(
                    () => reread.Confirm(path, file.Number, file.Bytes, file.Digest!, ct),
                    CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
            catch (Exception e) when (e is FixityMismatchException or FileNotFoundException)
            {
                log.StagedCopySpoiled(offload.Id, file.Number);
                await new SpoiledCopy(time).SetAsideAsync(offload, file.Number, id, e.Message);
                throw new StagedCopySpoiledException(e.Message);
            }
        }
    }

    private async Task<DeliveryStatus> PollAsync(string id, DateTimeOffset deadline, CancellationToken ct)
    {
        var few = Interlocked.Increment(ref _waiting) <= FewWaiting;
        try
        {
            using var place = await polls.EnterAsync(deadline, ct);
            var started = time.GetTimestamp();
            var status = await api.StatusAsync(id, few ? ServerApi.MaxWaitSeconds / 2 : 1, ct);
            // A server that answers at once must not be asked a thousand times a second.
            if (status.State == DeliveryState.Sealing && time.GetElapsedTime(started) < PollPause)
                await Task.Delay(PollPause, time, ct);
            return status;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
