using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Calendar;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Recorders;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Deliveries;

/// <summary>
/// Takes a manifest. The same recording announced again, by any dock, is the same delivery; files that another delivery
/// has sealed are refused with its receipt, so nothing is stored twice.
/// </summary>
internal sealed class DeliveryAnnouncements(EvidenceCatalogue catalogue, ServerOptions options, TimeProvider time, ILogger<DeliveryAnnouncements> log)
{
    private static readonly TimeSpan OtherDeliveryPause = TimeSpan.FromSeconds(30);

    /// <returns>The delivery's id, and whether it is new.</returns>
    /// <exception cref="RequestRefusedException">Files belong to other deliveries.</exception>
    public async Task<(string DeliveryId, bool IsNew)> AnnounceAsync(string dockId, DeliveryManifest manifest, CancellationToken ct)
    {
        var outcome = await catalogue.WriteAsync(db => AnnounceAsync(db, dockId, manifest, ct), ct);
        if (outcome.Sealed.Count > 0)
        {
            throw new RequestRefusedException(
                StatusCodes.Status409Conflict, $"{outcome.Sealed.Count} files were sealed by other deliveries: send a manifest without them")
            {
                Extensions = { ["alreadySealed"] = outcome.Sealed },
            };
        }

        if (outcome.OtherDelivery is { } other)
        {
            throw RequestRefusedException.Unavailable(
                $"files of this manifest belong to delivery {other}, which is not finished yet", OtherDeliveryPause);
        }

        if (outcome.IsNew)
            log.Announced(outcome.DeliveryId, outcome.ItemId, manifest.Files.Count, manifest.Files.Sum(f => f.Bytes));
        return (outcome.DeliveryId, outcome.IsNew);
    }

    private async Task<Outcome> AnnounceAsync(CatalogueDb db, string dockId, DeliveryManifest manifest, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var id = manifest.DeliveryId();
        // The recorder's row stays locked: announcements and assignments of one recorder come one after the other.
        await db.SeeRecorderAsync(manifest.Recorder.RecorderId, manifest.Recorder.Profile, manifest.Recorder.Model, now, ct);

        var known = await db.Deliveries.SingleOrDefaultAsync(d => d.Id == id, ct);
        if (known is not null)
        {
            await AdmitAsync(db, id, dockId, ct);
            await db.AppendDockEventsAsync(known.ItemId, dockId, manifest.Events, ct);
            return new Outcome(id, known.ItemId, false, [], null);
        }

        var (sealedFiles, other) = await FindElsewhereAsync(db, dockId, manifest, ct);
        if (sealedFiles.Count > 0 || other is not null)
            return new Outcome(id, "", false, sealedFiles, other);

        var assignment = await db.AssignmentAtAsync(
            manifest.Recorder.RecorderId, Prefill.TimeOfProduction(manifest, now, options.AgencyZone).At ?? now, ct);
        var dispute = (await db.Recorders.AsNoTracking().SingleAsync(r => r.Id == manifest.Recorder.RecorderId, ct)).Dispute;
        var dockUnit = await db.Docks.Where(d => d.Id == dockId).Select(d => d.UnitId).SingleAsync(ct);
        var item = NewItems.From(manifest, id, dockUnit, assignment, dispute, await db.WorkingDaysAsync(ct), now, options);
        db.Add(item);
        await db.SaveChangesAsync(ct);
        db.Add(new Delivery
        {
            Id = id,
            ItemId = item.Id,
            DockId = dockId,
            State = DeliveryState.Uploading,
            PartBytes = PartPlan.PartBytes(manifest.Files.Max(f => f.Bytes)),
            Manifest = EvidenceJson.ToBytes(manifest),
            AnnouncedAt = now,
            ChangedAt = now,
        });
        await db.SaveChangesAsync(ct);
        db.Add(new DeliveryDock { DeliveryId = id, DockId = dockId });
        await db.AppendDockEventsAsync(item.Id, dockId, manifest.Events, ct);
        await db.AppendAsync(
            item.Id, now, Actors.Server(options.Name), Domain.Custody.CustodyEventKind.Announced,
            $"delivery {id} of {manifest.Files.Count} files, {manifest.Files.Sum(f => f.Bytes)} bytes, from recorder "
            + $"{manifest.Recorder.RecorderId} by dock {dockId}, offload {manifest.OffloadId}", ct);
        return new Outcome(id, item.Id, true, [], null);
    }

    /// <summary>Files of this manifest that another delivery has sealed, or the delivery that is still busy with one.</summary>
    private static async Task<(List<AlreadySealedFile> Sealed, string? Other)> FindElsewhereAsync(
        CatalogueDb db, string dockId, DeliveryManifest manifest, CancellationToken ct)
    {
        var recorder = manifest.Recorder.RecorderId;
        var digests = manifest.Files.Select(f => f.Digest.Sha256).ToArray();
        var elsewhere = (await db.MasterFiles.AsNoTracking()
                .Where(f => f.RecorderId == recorder && digests.Contains(f.Sha256))
                .Join(db.Deliveries, f => f.ItemId, d => d.ItemId, (f, d) => new { f.RecorderPath, f.Sha256, f.ItemId, DeliveryId = d.Id })
                .ToListAsync(ct))
            .ToDictionary(f => (f.RecorderPath, f.Sha256));
        var files = new List<AlreadySealedFile>();
        string? busy = null;
        for (var i = 0; i < manifest.Files.Count; i++)
        {
            if (!elsewhere.TryGetValue((manifest.Files[i].RecorderPath, manifest.Files[i].Digest.Sha256), out var other))
                continue;
            var envelope = await db.Receipts.AsNoTracking()
                .Where(r => r.DeliveryId == other.DeliveryId).Select(r => r.Envelope).SingleOrDefaultAsync(ct);
            if (envelope is null)
            {
                busy ??= other.DeliveryId;
                continue;
            }

            files.Add(new AlreadySealedFile(i, other.ItemId, EvidenceJson.FromBytes<SignedEnvelope>(envelope)));
            // It has the file and its digest: it may report what becomes of the recorder's copy.
            await AdmitAsync(db, other.DeliveryId, dockId, ct);
        }

        return (files, busy);
    }

    private static Task<int> AdmitAsync(CatalogueDb db, string deliveryId, string dockId, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync(
            $"insert into delivery_docks (delivery_id, dock_id) values ({deliveryId}, {dockId}) on conflict do nothing", ct);

    private sealed record Outcome(string DeliveryId, string ItemId, bool IsNew, List<AlreadySealedFile> Sealed, string? OtherDelivery);
}
