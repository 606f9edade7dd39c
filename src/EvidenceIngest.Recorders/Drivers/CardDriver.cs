using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Recorders.Cards;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Listing;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Drivers;

/// <summary>The driver of everything that shows its files as a file system; what differs is where the card comes from.</summary>
internal sealed class CardDriver(ICardSource source, CardReader reader, TimeProvider time) : IRecorderDriver, IProfileChoosingDriver
{
    public string Name => source.DriverName;

    public async Task<DockedRecorder> OpenAsync(RecorderAttachment attachment, HardwareProfile profile, CancellationToken ct) =>
        await OpenFirstAsync(attachment, [profile], ct) ?? throw new RecorderRefusedException(
            $"{attachment.Bay}: nothing on the medium is named as profile {profile.Name} expects",
            $"存储介质上没有“{profile.Title}”的文件，请确认设备型号。");

    public async Task<DockedRecorder?> OpenFirstAsync(
        RecorderAttachment attachment, IReadOnlyList<HardwareProfile> candidates, CancellationToken ct)
    {
        var medium = await source.OpenAsync(attachment, candidates[0], ct);
        try
        {
            var chosen = await Task.Run(() => ProfileChoice.ByNames(candidates, medium.Volumes.HasFolder, () => medium.Volumes.Walk(ct)), ct);
            if (chosen is not null)
                return new CardRecorder(attachment, chosen, medium, time);
        }
        catch (Exception e)
        {
            var gone = e is CardIoException && !medium.IsPresent();
            await medium.DisposeAsync();
            if (gone)
                throw new RecorderGoneException($"{attachment.Bay}: the recorder left its bay: {e.Message}", e);
            if (e is CardTooLargeException)
                throw TooLarge(attachment, e);
            throw;
        }

        await medium.DisposeAsync();
        return null;
    }

    public Task<ClockReading> ReadClockAsync(DockedRecorder recorder, CancellationToken ct) => Task.FromResult(
        (recorder.Attachment as UsbAttachment)?.SpokenTo?.Clock ?? new ClockReading(null, time.GetUtcNow(), $"a recorder read as files (driver {Name}) does not tell its clock"));

    public Task<RecorderListing> ListAsync(DockedRecorder recorder, CancellationToken ct)
    {
        var card = (CardRecorder)recorder;
        return Task.Run(() => card.Run(() =>
        {
            try
            {
                var entries = card.Medium.Volumes.Walk(ct);
                // After a pulled cable every folder is merely "unreadable": that is no listing.
                if (entries.FirstOrDefault(e => e.Kind == CardEntryKind.Unreadable) is { } unreadable
                    && card.IsGoneAfter(new CardIoException("list", "/", Linux.InputOutput)))
                {
                    throw new RecorderGoneException($"{card.Attachment.Bay}: the recorder left its bay: {unreadable.Problem}");
                }

                return reader.Read(
                    card.Profile, card.Attachment, card.Medium.Volumes.VolumeId, card.Medium.Findings, entries);
            }
            catch (CardTooLargeException e)
            {
                throw TooLarge(card.Attachment, e);
            }
        }), ct);
    }

    public Task<Stream> OpenReadAsync(DockedRecorder recorder, RecorderFile file, CancellationToken ct)
    {
        var card = (CardRecorder)recorder;
        return Task.Run<Stream>(() => new CardStream(card, card.Run(() => card.Medium.Volumes.OpenFile(file.RawPath.Span))), ct);
    }

    public Task<FileStamp?> StampAsync(DockedRecorder recorder, RecorderFile file, CancellationToken ct)
    {
        var card = (CardRecorder)recorder;
        return Task.Run(
            () => card.Run(() => card.Medium.Volumes.Identify(file.RawPath.Span) is { } found
                ? new FileStamp(found.Bytes, found.ModifiedAt)
                : (FileStamp?)null),
            ct);
    }

    public Task<ClearedMedia> ClearAsync(
        DockedRecorder recorder, IReadOnlyList<RecorderFile> files, VaultReceipt receipt, CancellationToken ct)
    {
        recorder.DemandClearable();
        return new CardClearing((CardRecorder)recorder).ClearAsync(files, receipt, ct);
    }

    private static RecorderRefusedException TooLarge(RecorderAttachment attachment, Exception e) => new(
        $"{attachment.Bay}: {e.Message}", "存储介质上的文件夹层数或文件数量异常，无法采集，请联系管理员。");
}
