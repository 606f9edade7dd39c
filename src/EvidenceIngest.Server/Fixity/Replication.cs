using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EvidenceIngest.Server.Fixity;

/// <summary>Sees to it that the second vault has every sealed master, locked at least as long as the first has it.</summary>
internal sealed class Replication(
    EvidenceCatalogue catalogue, ProvenCopy copying, ObjectCheck check, AuditRecord record, ServerOptions options, TimeProvider time, ILogger<Replication> log)
{
    private const int Batch = 32;

    // One that can't be read may be ill by itself; so many in a row are a vault that is away.
    private const int MostFailures = 3;

    private static readonly TimeSpan LockInterval = TimeSpan.FromHours(1);

    private DateTimeOffset _locksSeen;

    /// <returns>True when more waits.</returns>
    /// <exception cref="VaultNotTrustedException">The second vault has not passed the probe.</exception>
    public async Task<bool> RunAsync(AuditedVault first, AuditedVault second, CancellationToken ct)
    {
        second.Trust.Demand();
        await ExtendLocksAsync(second, ct);
        var waiting = await ReadAsync(Objects.Uncopied, ct);
        var failures = 0;
        var copied = 0;
        foreach (var master in waiting)
        {
            try
            {
                await CopyAsync(first, second, master, ct);
                (failures, copied) = (0, copied + 1);
            }
            catch (Exception e) when (e is SealedCopyDiffersException or VaultObjectMissingException)
            {
                // The first vault's own object is in question: a finding, which keeps it from being tried again and again.
                await record.WriteAsync(first, null, await check.RunAsync(first, master, ct), ct);
            }
            catch (VaultUnavailableException e) when (++failures < MostFailures)
            {
                log.Postponed($"copying file {master.Position + 1} of item {master.ItemId}", e.Message);
            }
        }

        return waiting.Count == Batch && copied > 0;
    }

    /// <summary>Copies one master, or finds it copied. The intention is recorded first, so that the copy is never a stranger.</summary>
    public async Task<PlacedCopy> CopyAsync(AuditedVault first, AuditedVault second, AuditedObject master, CancellationToken ct)
    {
        var intended = await catalogue.WriteAsync(db => IntendAsync(db, second, master, ct), ct);
        var placed = await copying.PlaceAsync(first, master, second, new VaultObject(intended.Bucket, intended.Key), master.LockedUntil!.Value, ct);
        var recorded = await catalogue.WriteAsync(
            async db =>
            {
                await db.LockItemAsync(master.ItemId, ct);
                var row = await db.MasterCopies.SingleAsync(
                    c => c.ItemId == master.ItemId && c.Position == master.Position && c.Attempt == intended.Attempt, ct);
                if (row.VersionId is not null)
                    return false;
                var now = time.GetUtcNow();
                var old = await db.MasterCopies.SingleOrDefaultAsync(
                    c => c.ItemId == master.ItemId && c.Position == master.Position && c.VersionId != null && c.SetAside == null, ct);
                if (old is not null)
                {
                    old.SetAside = $"replaced by version {placed.Version.VersionId}";
                    // The index lets one copy of a file count.
                    await db.SaveChangesAsync(ct);
                }

                (row.VersionId, row.LockedUntil, row.CopiedAt, row.VerifiedAt, row.AuditedAt) = (placed.Version.VersionId, placed.LockedUntil, now, now, now);
                (await db.MasterFiles.SingleAsync(f => f.ItemId == master.ItemId && f.Position == master.Position, ct)).CopiedAt = now;
                await db.AppendAsync(
                    master.ItemId, now, Actors.Server(options.Name), CustodyEventKind.Replicated,
                    $"{master.Words}: {master.Bytes} bytes read back from vault {second.Name}, sha256 {master.Digest.Sha256}; {placed.Version.Bucket}/{placed.Version.Key} "
                    + $"version {placed.Version.VersionId}{(placed.Adopted ? ", which was there," : "")} locked (COMPLIANCE) until {placed.LockedUntil:O}", ct);
                return true;
            },
            ct);
        if (recorded)
            log.Copied(master.ItemId, master.Position + 1, placed.Adopted);
        return placed;
    }

    private static async Task<ReplicatedMaster> IntendAsync(CatalogueDb db, AuditedVault second, AuditedObject master, CancellationToken ct)
    {
        await db.LockItemAsync(master.ItemId, ct);
        var last = await db.MasterCopies.Where(c => c.ItemId == master.ItemId && c.Position == master.Position)
            .OrderByDescending(c => c.Attempt).FirstOrDefaultAsync(ct);
        if (last is { VersionId: null })
            return last;
        var next = new ReplicatedMaster
        {
            // The key that a store which replicates by itself uses.
            ItemId = master.ItemId, Position = master.Position, Attempt = (last?.Attempt ?? 0) + 1, Bucket = second.Options.Bucket, Key = master.Version.Key,
        };
        db.Add(next);
        return next;
    }

    private async Task ExtendLocksAsync(AuditedVault second, CancellationToken ct)
    {
        if (time.GetUtcNow() - _locksSeen < LockInterval)
            return;
        while (true)
        {
            var shorter = await ReadAsync(Objects.ShorterLocked, ct);
            foreach (var copy in shorter)
            {
                var until = copy.LockedUntil!.Value;
                await second.Store.LockAsync(copy.Version, until, ct);
                var kept = await second.Store.ReadLockAsync(copy.Version, ct);
                if (kept is not { Compliance: true } || kept.Until < until)
                    throw new VaultBrokenPromiseException($"the lock of {copy.Version.Key} in vault {second.Name} did not become as long as the master's");
                await catalogue.WriteAsync(
                    db => db.MasterCopies.Where(c => c.ItemId == copy.ItemId && c.Position == copy.Position && c.VersionId == copy.Version.VersionId)
                        .ExecuteUpdateAsync(set => set.SetProperty(c => c.LockedUntil, kept.Until), ct),
                    ct);
            }

            if (shorter.Count < Batch)
                break;
        }

        _locksSeen = time.GetUtcNow();
    }

    private Task<List<AuditedObject>> ReadAsync(string sql, CancellationToken ct) => catalogue.ReadAsync(
        async db => (await db.Database.SqlQueryRaw<AuditedRow>(sql, new NpgsqlParameter("p0", Batch)).ToListAsync(ct)).ConvertAll(r => r.ToObject()), ct);
}
