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
    public static RecorderFacts FactsOf(DockedRecorder recorder, RecorderListing listing) => new(
        listing.RecorderId,
        recorder.Profile.Name,
        recorder.Model ?? recorder.Profile.Model,
        recorder.Attachment.Bay.Value,
        recorder.Attachment is FolderAttachment ? AttachmentKind.Operator : AttachmentKind.Usb);

    public static DeliveryManifest For(OffloadLedger ledger, IReadOnlyList<FileEntry> files, DateTimeOffset announcedAt)
    {
        var recording = files[0].Recording;
        var facts = recording.Listed.Facts;
        return new DeliveryManifest(
            ledger.Opened.OffloadId,
            ledger.Opened.Recorder,
            recording.Docked.Clock,
            facts with { Findings = [.. facts.Findings.Concat(files.SelectMany(f => f.Staged!.Findings)).Concat(Lacking(recording, files, announcedAt)).Distinct()] },
            [.. files.Select(f => new ManifestFile(f.Listed.Path, f.Staged!.Bytes, f.Staged.Digest, f.Staged.ModifiedAt))],
            ledger.EventsOf(files, announcedAt));
    }

    /// <summary>What belongs to the recording and doesn't come with it.</summary>
    private static IEnumerable<Finding> Lacking(RecordingEntry recording, IReadOnlyList<FileEntry> files, DateTimeOffset announcedAt) =>
        recording.Files.Except(files).Where(f => !((f.Staged?.At ?? f.Recognised?.At) <= announcedAt)).Select(f => new Finding(
            FindingCode.FootageGap,
            $"{f.Listed.Path}: {f.Missing?.Reason ?? "not copied from the recorder yet"}"));
}
