using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Disposal;

/// <summary>
/// Carries confirmed disposals out. An item is first marked as disposed of, in the transaction that looks at the rules once
/// more, so that no hold can come between the look and the deletion; then its objects go, one by one, and may be asked for
/// again after any failure. The store has the last word: it refuses while a lock runs.
/// </summary>
internal sealed class DisposalKeeper(
    EvidenceCatalogue catalogue, CatalogueStart start, IVault vault, IEnumerable<IVaultDisposal> disposals, ServerOptions options, TimeProvider time,
    ILogger<DisposalKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    // Absent where the site has no such user of the store.
    private readonly IVaultDisposal? _disposal = disposals.SingleOrDefault();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await start.WhenReadyAsync(stoppingToken);
        while (true)
        {
            try
            {
                await RunOnceAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.DisposalStalled(e.GetBaseException().Message);
            }

            await Task.Delay(Interval, time, stoppingToken);
        }
    }

    internal async Task RunOnceAsync(CancellationToken ct)
    {
        var confirmed = await catalogue.ReadAsync(
            db => db.Disposals.Where(d => d.State == DisposalState.Confirmed).OrderBy(d => d.DecidedAt).Select(d => d.Id).ToListAsync(ct), ct);
        foreach (var id in confirmed)
        {
            string? trouble = null;
            var open = await catalogue.ReadAsync(
                db => db.DisposalItems.Where(i => i.DisposalId == id && i.DisposedAt == null && i.Kept == null).OrderBy(i => i.ItemId).Select(i => i.ItemId).ToListAsync(ct), ct);
            foreach (var item in open)
                trouble = await TryDisposeAsync(id, item, ct) ?? trouble;
            await catalogue.WriteAsync(db => ConcludeAsync(db, id, trouble, ct), ct);
        }
    }

    private static async Task ConcludeAsync(CatalogueDb db, string id, string? trouble, CancellationToken ct)
    {
        var isOpen = await db.DisposalItems.AnyAsync(i => i.DisposalId == id && i.DisposedAt == null && i.Kept == null, ct);
        var state = isOpen ? DisposalState.Confirmed : DisposalState.Done;
        await db.Disposals.Where(d => d.Id == id).ExecuteUpdateAsync(set => set.SetProperty(d => d.State, state).SetProperty(d => d.Trouble, trouble), ct);
    }

    /// <returns>What stands in the way; it is tried again.</returns>
    private async Task<string?> TryDisposeAsync(string disposal, string id, CancellationToken ct)
    {
        if (_disposal is null)
            return "this server has no user of the store that may delete: set Vault:Disposal:AccessKeyFile and Vault:Disposal:SecretKeyFile";
        try
        {
            if (await LockedAsync(id, ct) is { } locked)
                return locked;
            if (!await catalogue.WriteAsync(db => BeginAsync(db, disposal, id, ct), ct))
                return null;
            var versions = await catalogue.ReadAsync(db => VersionsAsync(db, id, ct), ct);
            foreach (var version in versions)
            {
                if (!await _disposal.DeleteAsync(version, ct))
                    return $"{id}: the store still shows {version.Key}";
            }

            await catalogue.WriteAsync(db => FinishAsync(db, disposal, id, versions, ct), ct);
            log.Disposed(id, disposal);
            return null;
        }
        catch (Exception e) when (e is VaultUnavailableException or VaultLockedException)
        {
            log.NotDisposed(id, e.Message);
            return $"{id}: {e.Message}";
        }
    }

    /// <summary>A store may hold longer than the catalogue knows; better to see it before the item is given up.</summary>
    private async Task<string?> LockedAsync(string id, CancellationToken ct)
    {
        var files = await catalogue.ReadAsync(db => db.MasterFiles.Where(f => f.ItemId == id).ToListAsync(ct), ct);
        foreach (var file in files)
        {
            try
            {
                if (await vault.ReadLockAsync(new VaultVersion(file.Bucket!, file.Key!, file.VersionId!), ct) is { } held && held.Until > time.GetUtcNow())
                    return $"{id}: the store locks {file.Key} until {held.Until:O}";
            }
            catch (VaultObjectMissingException)
            {
                // An earlier try deleted it.
            }
        }

        return null;
    }

    /// <returns>False when it is kept after all.</returns>
    private async Task<bool> BeginAsync(CatalogueDb db, string disposal, string id, CancellationToken ct)
    {
        await db.LockItemAsync(id, ct);
        var item = await db.Items.SingleAsync(i => i.Id == id, ct);
        if (item.State == ItemState.Disposed)
            return true;
        var now = time.GetUtcNow();
        if (await db.KeptBecauseAsync(item, now, ct) is { } because)
        {
            await db.DisposalItems.Where(i => i.DisposalId == disposal && i.ItemId == id).ExecuteUpdateAsync(set => set.SetProperty(i => i.Kept, because), ct);
            await db.AppendAsync(id, now, Actors.Server(options.Name), CustodyEventKind.DisposalRejected, $"{disposal} is not carried out: {because}", ct);
            return false;
        }

        item.State = ItemState.Disposed;
        return true;
    }

    /// <summary>Everything that was ever stored for the item, also attempts that were set aside.</summary>
    private static async Task<List<VaultVersion>> VersionsAsync(CatalogueDb db, string id, CancellationToken ct)
    {
        var masters = await db.MasterFiles.Where(f => f.ItemId == id).Select(f => new VaultVersion(f.Bucket!, f.Key!, f.VersionId!)).ToListAsync(ct);
        var attempts = await db.Uploads.Where(u => u.ItemId == id && u.VersionId != null).Select(u => new VaultVersion(u.Bucket, u.Key, u.VersionId!)).ToListAsync(ct);
        var renditions = await db.Renditions.Where(r => r.ItemId == id).Select(r => new VaultVersion(r.Bucket, r.Key, r.VersionId)).ToListAsync(ct);
        return [.. masters.Concat(attempts).Concat(renditions).Distinct()];
    }

    private async Task FinishAsync(CatalogueDb db, string disposal, string id, List<VaultVersion> versions, CancellationToken ct)
    {
        await db.LockItemAsync(id, ct);
        var row = await db.DisposalItems.SingleAsync(i => i.DisposalId == disposal && i.ItemId == id, ct);
        if (row.DisposedAt is not null)
            return;
        row.DisposedAt = time.GetUtcNow();
        await db.AppendAsync(
            id, row.DisposedAt.Value, Actors.Server(options.Name), CustodyEventKind.Disposed,
            $"{disposal}: {string.Join(", ", versions.Select(v => $"{v.Bucket}/{v.Key} version {v.VersionId}"))} deleted; metadata, digests, receipt and chain stay", ct);
    }
}
