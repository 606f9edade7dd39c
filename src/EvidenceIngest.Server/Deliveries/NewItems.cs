using EvidenceIngest.Domain.Deadlines;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Recorders;

namespace EvidenceIngest.Server.Deliveries;

/// <summary>What a manifest becomes in the catalogue.</summary>
internal static class NewItems
{
    public static EvidenceItem From(
        DeliveryManifest manifest, string deliveryId, string dockUnit, RecorderAssignment? assignment, Finding? dispute, WorkingDayCalendar calendar,
        DateTimeOffset now, ServerOptions options)
    {
        var recording = manifest.Recording;
        var made = Prefill.TimeOfProduction(manifest, now, options.AgencyZone);
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(made.At ?? now, options.AgencyZone).DateTime);
        var itemId = ItemNames.ItemId(deliveryId, day);
        var item = new EvidenceItem
        {
            Id = itemId,
            RecorderId = manifest.Recorder.RecorderId,
            UnitId = assignment?.UnitId ?? dockUnit,
            ProducerNumber = assignment?.OfficerNumber ?? recording.OfficerNumber,
            State = ItemState.Receiving,
            Kind = recording.Kind,
            Attachment = manifest.Recorder.Attachment,
            RecorderTime = recording.RecorderTime is { } shown ? DateTime.SpecifyKind(shown, DateTimeKind.Unspecified) : null,
            RecordedAt = made.At,
            OfficerNumber = recording.OfficerNumber,
            DeviceNumber = recording.DeviceNumber,
            KeyMarked = recording.KeyMarked,
            SidecarRole = recording.Sidecar?.Role,
            SidecarOf = recording.Sidecar?.Of,
            MethodOfProduction = recording.Method is { } method ? new MetadataValue(method, MetadataSource.Profile) : null,
            TimeOfProduction = made.Value,
            Producer = Prefill.Producer(assignment, recording.OfficerNumber, manifest.Recorder.Holder),
            AnnouncedAt = now,
        };
        var findings = recording.Findings.ToList();
        if (made.Finding is { } implausible && findings.All(f => f.Code != implausible.Code))
            findings.Add(implausible);
        if (manifest.Recorder.Attachment == AttachmentKind.Usb && assignment is null)
            findings.Add(new Finding(FindingCode.RecorderUnassigned, $"nobody is assigned to recorder {manifest.Recorder.RecorderId}"));
        if (dispute is not null)
            findings.Add(dispute);
        if (manifest.Files.Any(f => f.Bytes == 0) && findings.All(f => f.Code != FindingCode.Empty))
            findings.Add(new Finding(FindingCode.Empty, "a file has a length of zero bytes"));
        item.Note(findings);
        item.SetDeadline(calendar, options.AgencyZone);
        item.Files.AddRange(manifest.Files.Select((file, position) => new MasterFile
        {
            ItemId = itemId,
            Position = position,
            RecorderId = manifest.Recorder.RecorderId,
            RecorderPath = file.RecorderPath,
            Bytes = file.Bytes,
            Sha256 = file.Digest.Sha256,
            Sm3 = file.Digest.Sm3,
            ModifiedAt = file.ModifiedAt,
        }));
        item.Stages.AddRange(Stages.InOrder.Select(stage => new ItemStage
        {
            ItemId = itemId,
            Stage = stage,
            State = StageState.Waiting,
            ChangedAt = now,
        }));
        return item;
    }
}
