using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Deliveries;

/// <summary>The dock says that everything is there: when the vault agrees, the item enters the pipeline.</summary>
internal sealed class DeliveryCompletion(
    EvidenceCatalogue catalogue, DeliveryProgress progress, PipelineSchedule schedule, DeliverySignals signals,
    ServerOptions options, TimeProvider time)
{
    /// <summary>Idempotent; answers with the parts that are missing when it was too early.</summary>
    public async Task<DeliveryStatus> CompleteAsync(Delivery delivery, string dockId, CancellationToken ct)
    {
        if (delivery.State is DeliveryState.Uploading or DeliveryState.ResendNeeded)
        {
            var arrived = await progress.ArrivedAsync(delivery, ct);
            if (arrived.All(a => a.Missing.Count == 0))
            {
                await catalogue.WriteAsync(db => EnterPipelineAsync(db, delivery, arrived, dockId, ct), ct);
                signals.Changed(delivery.Id);
                await schedule.TryScheduleAsync(delivery.ItemId, Stage.Seal, ct);
            }
        }

        return await progress.StatusAsync(await progress.FindAsync(delivery.Id, dockId, ct), ct);
    }

    private async Task EnterPipelineAsync(
        CatalogueDb db, Delivery seen, IReadOnlyList<ArrivedFile> arrived, string dockId, CancellationToken ct)
    {
        await db.LockItemAsync(seen.ItemId, ct);
        var delivery = await db.Deliveries.SingleAsync(d => d.Id == seen.Id, ct);
        if (delivery.State is not (DeliveryState.Uploading or DeliveryState.ResendNeeded))
            return;
        var now = time.GetUtcNow();
        foreach (var file in arrived)
        {
            var upload = await db.Uploads.SingleAsync(
                u => u.ItemId == seen.ItemId && u.Position == file.Current.File.Position && u.Attempt == file.Current.Upload.Attempt, ct);
            upload.Parts = file.Parts;
        }

        delivery.State = DeliveryState.Sealing;
        delivery.Reason = null;
        delivery.ChangedAt = now;
        (await db.Items.SingleAsync(i => i.Id == seen.ItemId, ct)).State = ItemState.Sealing;
        (await db.ItemStages.SingleAsync(s => s.ItemId == seen.ItemId && s.Stage == Stage.Seal, ct)).Become(StageState.Due, now);
        await db.AppendAsync(
            seen.ItemId, now, Actors.Server(options.Name), CustodyEventKind.Delivered,
            $"all {arrived.Count} files of delivery {seen.Id} arrived from dock {dockId}", ct);
    }
}
