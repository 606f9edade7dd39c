using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Deliveries;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EvidenceIngest.Server.Fixity;

/// <summary>
/// Carries out people's orders to put the other vault's copy in a damaged file's place. Nothing is overwritten or deleted: the
/// file gets another object, and the damaged version stays, known as set aside. Idempotent: an order stays until it is done.
/// </summary>
internal sealed class Restoring(
    EvidenceCatalogue catalogue, ProvenCopy copying, Replication replication, FindingRecord findings, VaultSet vaults, TimeProvider time,
    ILogger<Restoring> log)
{
    // A copy that can't be had now may be had when its vault is back; people see the reason meanwhile.
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(2);

    public async Task RunAsync(CancellationToken ct)
    {
        var before = time.GetUtcNow() - Pause;
        var ordered = await catalogue.ReadAsync(
            db => db.FixityFindings.Where(f => f.ResolvedAt == null && f.RestoreOrderedAt != null && (f.RestoreTriedAt == null || f.RestoreTriedAt < before))
                .OrderBy(f => f.Id).ToListAsync(ct), ct);
        foreach (var finding in ordered)
        {
            try
            {
                await RestoreAsync(finding, ct);
            }
            catch (Exception e) when (!ct.IsCancellationRequested && e is not CatalogueUnavailableException)
            {
                // Whatever it is: the order stands, and the person who gave it reads this beside it.
                log.Postponed($"restoring for finding {finding.Id}", e.Message);
                await catalogue.WriteAsync(
                    db => db.FixityFindings.Where(f => f.Id == finding.Id).ExecuteUpdateAsync(
                        set => set.SetProperty(f => f.RestoreTriedAt, time.GetUtcNow()).SetProperty(f => f.RestoreTrouble, e.Message), ct),
                    ct);
            }
        }
    }

    private async Task RestoreAsync(FixityFinding finding, CancellationToken ct)
    {
        if (vaults.Second is not { } second)
            throw new InvalidOperationException("no second vault is configured");
        var (master, copy) = await catalogue.ReadAsync(
            async db => (await CurrentAsync(db, AuditedWhat.Master, finding, ct), await CurrentAsync(db, AuditedWhat.Copy, finding, ct)), ct);
        var damaged = finding.What == AuditedWhat.Copy ? copy : master;
        if (finding.What == AuditedWhat.Copy && copy is not null && copy.Version.VersionId != finding.VersionId)
        {
            // A run was killed when the new copy was recorded and the order's end was not.
            await RecordAsync(
                finding, second, vaults.First, copy, new PlacedCopy(copy.Version, copy.LockedUntil!.Value, Adopted: true), (_, _) => Task.CompletedTask, ct);
            return;
        }

        if (damaged is null || damaged.Version != new VaultVersion(finding.Bucket, finding.Key, finding.VersionId))
        {
            await catalogue.WriteAsync(
                async db => await findings.EndAsync(
                    db, await db.FixityFindings.SingleAsync(f => f.Id == finding.Id, ct), Actors.Operator(finding.RestoreOrderedBy!),
                    "another version is in its place already", ct),
                ct);
            return;
        }

        if (finding.What == AuditedWhat.Copy)
        {
            var placed = await replication.CopyAsync(vaults.First, second, master!, ct);
            await RecordAsync(finding, second, vaults.First, master!, placed, (_, _) => Task.CompletedTask, ct);
        }
        else if (copy is null)
        {
            throw new InvalidOperationException("the second vault has no copy of the file");
        }
        else
        {
            await RestoreMasterAsync(finding, vaults.First, second, master!, copy, ct);
        }
    }

    private async Task RestoreMasterAsync(
        FixityFinding finding, AuditedVault first, AuditedVault second, AuditedObject master, AuditedObject copy, CancellationToken ct)
    {
        var next = await catalogue.WriteAsync(db => IntendAsync(db, first, master, ct), ct);
        var until = master.LockedUntil!.Value;
        var placed = await copying.PlaceAsync(second, copy, first, next.Target, until, ct);
        await RecordAsync(
            finding, first, second, master, placed,
            async (db, now) =>
            {
                foreach (var upload in await db.Uploads.Where(u => u.ItemId == master.ItemId && u.Position == master.Position).ToListAsync(ct))
                {
                    if (upload.Attempt == next.Attempt)
                        upload.VersionId = placed.Version.VersionId;
                    else
                        upload.SetAside ??= $"finding {finding.Id}: {finding.Kind}";
                }

                var file = await db.MasterFiles.SingleAsync(f => f.ItemId == master.ItemId && f.Position == master.Position, ct);
                (file.Bucket, file.Key, file.VersionId, file.LockedUntil) = (placed.Version.Bucket, placed.Version.Key, placed.Version.VersionId, placed.LockedUntil);
                (file.VerifiedAt, file.AuditedAt) = (now, now);
            },
            ct);
    }

    private async Task RecordAsync(
        FixityFinding ordered, AuditedVault where, AuditedVault from, AuditedObject master, PlacedCopy placed,
        Func<CatalogueDb, DateTimeOffset, Task> point, CancellationToken ct)
    {
        var done = await catalogue.WriteAsync(
            async db =>
            {
                await db.LockItemAsync(master.ItemId, ct);
                var finding = await db.FixityFindings.SingleAsync(f => f.Id == ordered.Id, ct);
                if (finding.ResolvedAt is not null)
                    return false;
                var now = time.GetUtcNow();
                await point(db, now);
                var by = Actors.Operator(finding.RestoreOrderedBy!);
                await db.AppendAsync(
                    master.ItemId, now, by, CustodyEventKind.Restored,
                    $"{master.Words}: finding {finding.Id}, {finding.Kind} in vault {where.Name}: {FindingRecord.Place(finding)} is set aside and stays; in its place, from vault "
                    + $"{from.Name}, {placed.Version.Bucket}/{placed.Version.Key} version {placed.Version.VersionId}: {master.Bytes} bytes read back, sha256 {master.Digest.Sha256}, "
                    + $"locked (COMPLIANCE) until {placed.LockedUntil:O}", ct);
                // Whatever else was wrong with the old version no longer matters to the file.
                var same = await db.FixityFindings.Where(
                    f => f.ResolvedAt == null && f.Vault == finding.Vault && f.Bucket == finding.Bucket && f.Key == finding.Key && f.VersionId == finding.VersionId).ToListAsync(ct);
                foreach (var each in same)
                    each.End(now, by, $"restored from vault {from.Name} as version {placed.Version.VersionId}");
                return true;
            },
            ct);
        if (done)
            log.Restored(ordered.Id, master.ItemId, master.Position + 1, where.Name);
    }

    /// <summary>Recorded before anything is written, so that what a killed run wrote is found again and is no stranger.</summary>
    private static async Task<Upload> IntendAsync(CatalogueDb db, AuditedVault first, AuditedObject master, CancellationToken ct)
    {
        await db.LockItemAsync(master.ItemId, ct);
        var last = await db.Uploads.Where(u => u.ItemId == master.ItemId && u.Position == master.Position).OrderByDescending(u => u.Attempt).FirstAsync(ct);
        if (last is { VersionId: null, SetAside: null })
            return last;
        var path = await db.MasterFiles.Where(f => f.ItemId == master.ItemId && f.Position == master.Position).Select(f => f.RecorderPath).SingleAsync(ct);
        var quarantined = master.Version.Key.StartsWith("quarantine/", StringComparison.Ordinal);
        var next = new Upload
        {
            ItemId = master.ItemId, Position = master.Position, Attempt = last.Attempt + 1, Bucket = first.Options.Bucket,
            Key = ItemNames.MasterKey(master.ItemId, quarantined, master.Position, last.Attempt + 1, path),
        };
        db.Add(next);
        return next;
    }

    private static async Task<AuditedObject?> CurrentAsync(CatalogueDb db, AuditedWhat what, FixityFinding finding, CancellationToken ct) =>
        (await db.Database.SqlQueryRaw<AuditedRow>(
            Objects.Current(what), new NpgsqlParameter("p0", finding.ItemId!), new NpgsqlParameter("p1", finding.Position!.Value)).ToListAsync(ct))
        .SingleOrDefault()?.ToObject();
}
