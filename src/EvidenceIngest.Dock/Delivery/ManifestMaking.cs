using EvidenceIngest.Dock.Journal;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Listing;

namespace EvidenceIngest.Dock.Delivery;

/// <summary>Makes manifests from the journal alone, so that a repeated announcement says exactly the same.</summary>
internal static class ManifestMaking
{
    /// <summary>What the server takes in one delivery.</summary>
    public const int MaxFiles = 1000;

    private const int MaxFindings = 200;

    public static RecorderFacts FactsOf(DockedRecorder recorder, RecorderListing listing) => new(
        listing.RecorderId,
        recorder.Profile.Name,
        recorder.Model ?? recorder.Profile.Model,
        recorder.Attachment.Bay.Value,
        recorder.Attachment is FolderAttachment ? AttachmentKind.Operator : AttachmentKind.Usb,
        recorder.Attachment is UsbAttachment { SpokenTo.Facts: { } told } && (told.Officer ?? told.OfficerName ?? told.Unit ?? told.UnitName) is not null
            ? new RecorderHolder(told.Officer, told.OfficerName, told.Unit, told.UnitName)
            : null);

    public static DeliveryManifest For(OffloadLedger ledger, IReadOnlyList<FileEntry> files, DateTimeOffset announcedAt)
    {
        var recording = files[0].Recording;
        var facts = recording.Listed.Facts;
        return new DeliveryManifest(
            ledger.Opened.OffloadId,
            ledger.Opened.Recorder,
            recording.Docked.Clock,
            facts with { Findings = FindingsOf(recording, files, announcedAt) },
            [.. files.Select(f => new ManifestFile(f.Listed.Path, f.Staged!.Bytes, f.Staged.Digest, f.Staged.ModifiedAt))],
            ledger.EventsOf(files, announcedAt));
    }

    private static List<Finding> FindingsOf(RecordingEntry recording, IReadOnlyList<FileEntry> files, DateTimeOffset announcedAt)
    {
        var all = recording.Listed.Facts.Findings
            .Concat(files.SelectMany(f => f.Staged!.Findings))
            .Concat(Lacking(recording, files, announcedAt))
            .Select(f => f with { Detail = ManifestText.Clip(f.Detail) })
            .Distinct()
            .ToList();
        if (all.Count <= MaxFindings)
            return all;
        // One of each kind must get through: what leads to quarantine may be the last of them.
        var kept = all.DistinctBy(f => f.Code).Concat(all).Distinct().Take(MaxFindings).ToList();
        kept[^1] = kept[^1] with { Detail = ManifestText.Clip($"{kept[^1].Detail}; and {all.Count - MaxFindings} findings more") };
        return kept;
    }

    /// <summary>What belongs to the recording and doesn't come with it.</summary>
    private static IEnumerable<Finding> Lacking(RecordingEntry recording, IReadOnlyList<FileEntry> files, DateTimeOffset announcedAt) =>
        recording.Files.Except(files).Where(f => !((f.Staged?.At ?? f.Recognised?.At) <= announcedAt)).Select(f => new Finding(
            FindingCode.FootageGap,
            $"{f.Listed.Path}: {f.Missing?.Reason ?? "not copied from the recorder yet"}"));
}
