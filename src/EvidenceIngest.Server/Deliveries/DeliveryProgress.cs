using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Deliveries;

/// <summary>Says where a delivery stands, and which parts the vault still misses.</summary>
internal sealed class DeliveryProgress(
    EvidenceCatalogue catalogue, DeliveryUploads uploads, IVault vault, DeliverySignals signals, TimeProvider time)
{
    // Another server's changes are seen this late.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    /// <exception cref="RequestRefusedException">Not known, or announced by other docks only: a dock can't find out which.</exception>
    public async Task<Delivery> FindAsync(string deliveryId, string dockId, CancellationToken ct) =>
        await catalogue.ReadAsync(
            db => db.Deliveries.SingleOrDefaultAsync(
                d => d.Id == deliveryId && db.DeliveryDocks.Any(m => m.DeliveryId == d.Id && m.DockId == dockId), ct),
            ct)
        ?? throw RequestRefusedException.NotFound($"no delivery {deliveryId} was announced by this dock");

    /// <summary>Waits while the delivery is being sealed, for as long as it is allowed to.</summary>
    public async Task<DeliveryStatus> WaitAsync(string deliveryId, string dockId, TimeSpan atMost, CancellationToken ct)
    {
        var until = time.GetUtcNow() + atMost;
        while (true)
        {
            var next = signals.Next(deliveryId);
            var delivery = await FindAsync(deliveryId, dockId, ct);
            var left = until - time.GetUtcNow();
            if (delivery.State != DeliveryState.Sealing || left <= TimeSpan.Zero)
                return await StatusAsync(delivery, ct);
            await signals.WaitAsync(next, left < LookAgain ? left : LookAgain, ct);
        }
    }

    public async Task<DeliveryStatus> StatusAsync(Delivery delivery, CancellationToken ct)
    {
        if (delivery.State is DeliveryState.Uploading or DeliveryState.ResendNeeded)
        {
            var arrived = await ArrivedAsync(delivery, ct);
            return Status(delivery, [.. arrived.Select(a => new FileUploadStatus(a.PartCount, a.Missing))], null);
        }

        var bytes = await catalogue.ReadAsync(
            db => db.MasterFiles.Where(f => f.ItemId == delivery.ItemId).OrderBy(f => f.Position).Select(f => f.Bytes).ToListAsync(ct), ct);
        var envelope = await catalogue.ReadAsync(
            db => db.Receipts.Where(r => r.DeliveryId == delivery.Id).Select(r => r.Envelope).SingleOrDefaultAsync(ct), ct);
        return Status(
            delivery,
            [.. bytes.Select(length => new FileUploadStatus(PartPlan.Parts(length, delivery.PartBytes), []))],
            envelope is null ? null : EvidenceJson.FromBytes<SignedEnvelope>(envelope));
    }

    /// <summary>Asks the vault what it holds of every file.</summary>
    public async Task<IReadOnlyList<ArrivedFile>> ArrivedAsync(Delivery delivery, CancellationToken ct)
    {
        var current = await uploads.EnsureAsync(delivery.ItemId, ct);
        var arrived = new ArrivedFile[current.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, current.Count),
            new ParallelOptions { MaxDegreeOfParallelism = DeliveryUploads.Concurrency, CancellationToken = ct },
            async (i, token) => arrived[i] = await ArrivedAsync(current[i], delivery.PartBytes, token));
        return arrived;
    }

    private async Task<ArrivedFile> ArrivedAsync(FileUpload current, int partBytes, CancellationToken ct)
    {
        var (file, upload) = current;
        var count = PartPlan.Parts(file.Bytes, partBytes);
        if (upload.UploadId is null || upload.VersionId is not null)
            return new ArrivedFile(current, count, [], upload.Parts ?? []);
        var stored = await vault.ListPartsAsync(upload.Target, upload.UploadId, ct);
        if (stored is null)
        {
            // Stores may drop uploads that lie about for long; what they held is still on the dock.
            await uploads.SetAsideLostAsync(upload, ct);
            return new ArrivedFile(current, count, [.. Enumerable.Range(1, count)], []);
        }

        var right = stored
            .Where(p => p.Part >= 1 && p.Part <= count && p.Bytes == PartPlan.LengthOf(file.Bytes, partBytes, p.Part))
            .OrderBy(p => p.Part)
            .ToList();
        return new ArrivedFile(current, count, [.. Enumerable.Range(1, count).Except(right.Select(p => p.Part))], right);
    }

    private static DeliveryStatus Status(Delivery delivery, IReadOnlyList<FileUploadStatus> files, SignedEnvelope? receipt) =>
        new(delivery.Id, delivery.ItemId, delivery.State, delivery.Reason, delivery.PartBytes, files, receipt);
}

/// <param name="Current">The file and its object.</param>
/// <param name="PartCount">How many parts it has.</param>
/// <param name="Missing">Numbers of those that are not there, or have the wrong length.</param>
/// <param name="Parts">Those that are there.</param>
internal sealed record ArrivedFile(FileUpload Current, int PartCount, IReadOnlyList<int> Missing, IReadOnlyList<StoredPart> Parts);
