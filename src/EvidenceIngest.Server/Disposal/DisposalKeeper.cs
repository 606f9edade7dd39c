using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Fixity;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Disposal;

/// <summary>
/// Carries confirmed disposals out. An item is first marked as disposed of, in the transaction that looks at the rules once
/// more, so that no hold can come between the look and the deletion; then its objects go, one by one, and may be asked for
/// again after any failure. The store has the last word: it refuses while a lock runs.
/// </summary>
internal sealed class DisposalKeeper(
    EvidenceCatalogue catalogue, CatalogueStart start, VaultSet vaults, IServiceProvider services, ServerOptions options, TimeProvider time,
    ILogger<DisposalKeeper> log) : Rounds(start, TimeSpan.FromMinutes(1), time)
{
    // Absent where the site has no such user of the store.
    private readonly IVaultDisposal? _first = services.GetService<IVaultDisposal>();
    private readonly IVaultDisposal? _second = services.GetKeyedService<IVaultDisposal>(VaultSet.SecondName);

    internal override async Task<bool> RunOnceAsync(CancellationToken ct)
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

        return false;
    }

    protected override void TellStalled(string reason) => log.DisposalStalled(reason);

    private static async Task ConcludeAsync(CatalogueDb db, string id, string? trouble, CancellationToken ct)
    {
        var isOpen = await db.DisposalItems.AnyAsync(i => i.DisposalId == id && i.DisposedAt == null && i.Kept == null, ct);
        var state = isOpen ? DisposalState.Confirmed : DisposalState.Done;
        await db.Disposals.Where(d => d.Id == id).ExecuteUpdateAsync(set => set.SetProperty(d => d.State, state).SetProperty(d => d.Trouble, trouble), ct);
    }

    /// <returns>What stands in the way; it is tried again.</returns>
    private async Task<string?> TryDisposeAsync(string disposal, string id, CancellationToken ct)
    {
        try
        {
            var stored = await catalogue.ReadAsync(db => StoredAsync(db, id, ct), ct);
            if (await ObstacleAsync(stored, ct) is { } obstacle)
                return $"{id}: {obstacle}";
            var because = await catalogue.WriteAsync(db => BeginAsync(db, disposal, id, ct), ct);
            if (because is not null)
                return because == Expiry.RulesPending ? $"{id}: {because}" : null;
            foreach (var (version, isSecond) in stored)
            {
                if (!await (isSecond ? _second! : _first!).DeleteAsync(version, ct))
                    return $"{id}: the store still shows {version.Key}";
            }

            await catalogue.WriteAsync(db => FinishAsync(db, disposal, id, stored, ct), ct);
            log.Disposed(id, disposal);
            return null;
        }
        catch (Exception e) when (e is VaultUnavailableException or VaultLockedException)
        {
            log.NotDisposed(id, e.Message);
            return $"{id}: {e.Message}";
        }
    }

    /// <summary>Better seen before the item is given up: a missing user, or a store that locks longer than the catalogue knows.</summary>
    private async Task<string?> ObstacleAsync(List<StoredVersion> stored, CancellationToken ct)
    {
        if (_first is null)
            return "this server has no user of the store that may delete: set Vault:Disposal:AccessKeyFile and Vault:Disposal:SecretKeyFile";
        if (stored.Any(s => s.IsSecond) && (_second is null || vaults.Second is null))
            return "copies lie in the second vault, for which this server has no user that may delete: set Vault:Second:Disposal:AccessKeyFile and Vault:Second:Disposal:SecretKeyFile";
        foreach (var (version, isSecond) in stored)
        {
            try
            {
                var store = isSecond ? vaults.Second! : vaults.First;
                if (await store.Store.ReadLockAsync(version, ct) is { } held && held.Until > Time.GetUtcNow())
                    return $"the store locks {version.Key} until {held.Until:O}";
            }
            catch (VaultObjectMissingException)
            {
                // An earlier try deleted it.
            }
        }

        return null;
    }

    /// <returns>Why it is kept after all, or for now; null when it is given up.</returns>
    private async Task<string?> BeginAsync(CatalogueDb db, string disposal, string id, CancellationToken ct)
    {
        await db.LockItemAsync(id, ct);
        var item = await db.Items.SingleAsync(i => i.Id == id, ct);
        if (item.State == ItemState.Disposed)
            return null;
        var now = Time.GetUtcNow();
        var because = await db.KeptBecauseAsync(item, now, ct);
        if (because == Expiry.RulesPending)
            return because;
        if (because is not null)
        {
            await db.DisposalItems.Where(i => i.DisposalId == disposal && i.ItemId == id).ExecuteUpdateAsync(set => set.SetProperty(i => i.Kept, because), ct);
            await db.AppendAsync(id, now, Actors.Server(options.Name), CustodyEventKind.DisposalRejected, $"{disposal} is not carried out: {because}", ct);
            return because;
        }

        item.State = ItemState.Disposed;
        // Words of a draft that is only half made.
        await db.HeardWindows.Where(w => w.ItemId == id).ExecuteDeleteAsync(ct);
        return null;
    }

    /// <summary>Everything that was ever stored for the item, also attempts that were set aside and copies in the second vault.</summary>
    private static async Task<List<StoredVersion>> StoredAsync(CatalogueDb db, string id, CancellationToken ct)
    {
        var masters = await db.MasterFiles.Where(f => f.ItemId == id).Select(f => new VaultVersion(f.Bucket!, f.Key!, f.VersionId!)).ToListAsync(ct);
        var attempts = await db.Uploads.Where(u => u.ItemId == id && u.VersionId != null).Select(u => new VaultVersion(u.Bucket, u.Key, u.VersionId!)).ToListAsync(ct);
        var renditions = await db.Renditions.Where(r => r.ItemId == id).Select(r => new VaultVersion(r.Bucket, r.Key, r.VersionId)).ToListAsync(ct);
        var copies = await db.MasterCopies.Where(c => c.ItemId == id && c.VersionId != null).Select(c => new VaultVersion(c.Bucket, c.Key, c.VersionId!)).ToListAsync(ct);
        return
        [
            .. masters.Concat(attempts).Concat(renditions).Distinct().Select(version => new StoredVersion(version, IsSecond: false)),
            .. copies.Select(version => new StoredVersion(version, IsSecond: true)),
        ];
    }

    private async Task FinishAsync(CatalogueDb db, string disposal, string id, List<StoredVersion> stored, CancellationToken ct)
    {
        await db.LockItemAsync(id, ct);
        var row = await db.DisposalItems.SingleAsync(i => i.DisposalId == disposal && i.ItemId == id, ct);
        if (row.DisposedAt is not null)
            return;
        row.DisposedAt = Time.GetUtcNow();
        await db.AppendAsync(
            id, row.DisposedAt.Value, Actors.Server(options.Name), CustodyEventKind.Disposed,
            $"{disposal}: {string.Join(", ", stored.Select(Show))} deleted; metadata, digests, receipt and chain stay", ct);
    }

    private static string Show(StoredVersion stored) =>
        $"{stored.Version.Bucket}/{stored.Version.Key} version {stored.Version.VersionId}{(stored.IsSecond ? " of the second vault" : "")}";

    private sealed record StoredVersion(VaultVersion Version, bool IsSecond);
}
