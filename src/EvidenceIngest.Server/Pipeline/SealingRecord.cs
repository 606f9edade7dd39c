using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Server.Calendar;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Deliveries;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Receipts;
using EvidenceIngest.Server.Transparency;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Pipeline;

/// <summary>Records how sealing ended: custody events, state and receipt in one transaction.</summary>
internal sealed class SealingRecord(
    EvidenceCatalogue catalogue, ReceiptKey key, DeliverySignals signals, LogKeeper custodyLog, ServerOptions options, TimeProvider time, ILogger<SealingRecord> log)
{
    /// <summary>Does nothing when another run has recorded it already: there is one receipt per delivery.</summary>
    public async Task SealedAsync(Delivery delivery, IReadOnlyList<SealedFile> files, CancellationToken ct)
    {
        await catalogue.WriteAsync(db => SealedAsync(db, delivery.Id, delivery.ItemId, files, ct), ct);
        signals.Changed(delivery.Id);
        custodyLog.Hurry();
        log.Sealed(delivery.ItemId, files.Count);
    }

    /// <summary>The bad objects are set aside; the dock sends those files again, to new keys.</summary>
    public async Task MismatchAsync(Delivery delivery, IReadOnlyList<BadFile> mismatches, CancellationToken ct)
    {
        await catalogue.WriteAsync(db => MismatchAsync(db, delivery.Id, delivery.ItemId, mismatches, ct), ct);
        signals.Changed(delivery.Id);
        log.ReadBackDiffers(delivery.ItemId, mismatches.Count);
    }

    private async Task SealedAsync(
        CatalogueDb db, string deliveryId, string itemId, IReadOnlyList<SealedFile> files, CancellationToken ct)
    {
        await db.LockItemAsync(itemId, ct);
        var delivery = await db.Deliveries.SingleAsync(d => d.Id == deliveryId, ct);
        if (delivery.State != DeliveryState.Sealing)
            return;
        var item = await db.Items.Include(i => i.Files).Include(i => i.Stages).SingleAsync(i => i.Id == itemId, ct);
        var now = time.GetUtcMilliseconds();
        var actor = Actors.Server(options.Name);
        var events = new List<NewEvent>();
        foreach (var file in item.Files)
        {
            var proof = files[file.Position];
            (file.Bucket, file.Key, file.VersionId, file.LockedUntil) = (proof.Bucket, proof.Key, proof.VersionId, proof.LockedUntil);
            (file.VerifiedAt, file.AuditedAt) = (now, now);
            var sm3 = proof.Digest.Sm3 is { } value ? $", sm3 {value}" : "";
            events.Add(new NewEvent(
                now, actor, CustodyEventKind.Sealed,
                $"file {file.Position + 1}: {proof.Bytes} bytes read back, sha256 {proof.Digest.Sha256}{sm3}; "
                + $"{proof.Bucket}/{proof.Key} version {proof.VersionId} locked (COMPLIANCE) until {proof.LockedUntil:O}"));
        }

        item.SealedAt = now;
        item.LockedUntil = item.Files.Min(f => f.LockedUntil);
        item.RetentionDueAt = now;
        item.State = item.Reason is null ? ItemState.Sealed : ItemState.Quarantined;
        item.SetDeadline(await db.WorkingDaysAsync(ct), options.AgencyZone);
        if (item.Reason is not null)
            events.Add(new NewEvent(now, actor, CustodyEventKind.Quarantined, item.Reason));

        var receipt = new ReceiptStatement(
            "rc-" + Guid.CreateVersion7(now).ToString("N"), itemId, deliveryId, item.RecorderId, delivery.DockId, now, key.PublicPem, files);
        var envelope = key.Sign(ReceiptStatement.PayloadType, EvidenceJson.ToBytes(receipt));
        db.Add(new StoredReceipt
        {
            Id = receipt.ReceiptId,
            DeliveryId = deliveryId,
            ItemId = itemId,
            Envelope = EvidenceJson.ToBytes(envelope),
            IssuedAt = now,
        });
        events.Add(new NewEvent(now, actor, CustodyEventKind.Receipted, $"receipt {receipt.ReceiptId} for delivery {deliveryId}, key {envelope.Signatures[0].KeyId}"));
        delivery.State = DeliveryState.Sealed;
        delivery.Reason = null;
        delivery.ChangedAt = now;
        item.Stages.Single(s => s.Stage == Stage.Seal).Become(StageState.Done, now);
        item.Stages.Single(s => s.Stage == Stage.Inspect).Become(StageState.Due, now);
        await db.AppendAsync(itemId, events, ct);
    }

    private async Task MismatchAsync(
        CatalogueDb db, string deliveryId, string itemId, IReadOnlyList<BadFile> mismatches, CancellationToken ct)
    {
        await db.LockItemAsync(itemId, ct);
        var delivery = await db.Deliveries.SingleAsync(d => d.Id == deliveryId, ct);
        if (delivery.State != DeliveryState.Sealing)
            return;
        var now = time.GetUtcNow();
        var reason = $"{mismatches.Count} files read back differently: " + string.Join(
            ", ", mismatches.Select(m => $"file {m.File.File.Position + 1}"));
        foreach (var mismatch in mismatches)
        {
            var upload = await db.Uploads.SingleAsync(
                u => u.ItemId == itemId && u.Position == mismatch.File.File.Position && u.Attempt == mismatch.File.Upload.Attempt, ct);
            upload.SetAside = mismatch.What;
        }

        delivery.State = DeliveryState.ResendNeeded;
        delivery.Reason = reason;
        delivery.ChangedAt = now;
        (await db.Items.SingleAsync(i => i.Id == itemId, ct)).State = ItemState.Receiving;
        (await db.ItemStages.SingleAsync(s => s.ItemId == itemId && s.Stage == Stage.Seal, ct)).Become(StageState.Waiting, now, reason);
        var events = mismatches.Select(m => new NewEvent(
            now, Actors.Server(options.Name), CustodyEventKind.FixityMismatch,
            $"file {m.File.File.Position + 1}: announced {m.File.File.Bytes} bytes, sha256 {m.File.File.Sha256}; "
            + $"{m.File.Upload.Bucket}/{m.File.Upload.Key}, which is set aside: {m.What}"));
        await db.AppendAsync(itemId, [.. events], ct);
    }
}
