using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EvidenceIngest.Server.Fixity;

/// <summary>Records what a look at an object showed: state, progress, findings and events in one transaction.</summary>
internal sealed class AuditRecord(EvidenceCatalogue catalogue, FindingRecord findings, ServerOptions options, TimeProvider time, ILogger<AuditRecord> log)
{
    /// <param name="vault">Where it lies.</param>
    /// <param name="pass">Whose turn it was; null when something else than a pass asked for the check.</param>
    /// <param name="result">What came of it.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<FixityPass?> WriteAsync(AuditedVault vault, FixityPass? pass, CheckedObject result, CancellationToken ct)
    {
        var (after, begun) = await catalogue.WriteAsync(db => WriteAsync(db, vault.Name, pass, result, ct), ct);
        foreach (var finding in begun)
            log.Found(finding.Kind, finding.Vault, FindingRecord.Place(finding), finding.Found, finding.Id);
        return after;
    }

    private async Task<(FixityPass? Pass, IReadOnlyList<FixityFinding> Begun)> WriteAsync(
        CatalogueDb db, string vault, FixityPass? pass, CheckedObject result, CancellationToken ct)
    {
        var audited = result.Object;
        await db.LockItemAsync(audited.ItemId, ct);
        var begun = await findings.NoteAsync(db, vault, result, ct);
        // A look between passes doesn't take the object out of the pass under way, whose progress it would spoil.
        if (pass is null)
            return (null, begun);
        var counted = await MarkAsync(db, audited, pass.BeganAt, result.IsRight, ct);
        var row = await db.FixityPasses.SingleAsync(p => p.Vault == vault && p.Number == pass.Number, ct);
        if (!counted)
            return (row, begun);
        row.Objects++;
        row.Bytes += audited.Bytes;
        row.Wrong += result.IsRight ? 0 : 1;
        if (audited.What != AuditedWhat.Rendition)
            await FinishItemAsync(db, vault, audited, pass, ct);
        return (row, begun);
    }

    /// <returns>False when somebody else has looked at it in this pass, or another version counts by now.</returns>
    private async Task<bool> MarkAsync(CatalogueDb db, AuditedObject audited, DateTimeOffset before, bool right, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        DateTimeOffset? verified = right ? now : null;
        var version = audited.Version.VersionId;
        return await (audited.What switch
        {
            AuditedWhat.Master => db.MasterFiles
                .Where(f => f.ItemId == audited.ItemId && f.Position == audited.Position && f.VersionId == version && (f.AuditedAt == null || f.AuditedAt < before))
                .ExecuteUpdateAsync(set => set.SetProperty(f => f.AuditedAt, now).SetProperty(f => f.VerifiedAt, f => verified ?? f.VerifiedAt), ct),
            AuditedWhat.Copy => db.MasterCopies
                .Where(c => c.ItemId == audited.ItemId && c.Position == audited.Position && c.VersionId == version && c.SetAside == null
                    && (c.AuditedAt == null || c.AuditedAt < before))
                .ExecuteUpdateAsync(set => set.SetProperty(c => c.AuditedAt, now).SetProperty(c => c.VerifiedAt, c => verified ?? c.VerifiedAt), ct),
            _ => db.Renditions
                .Where(r => r.ItemId == audited.ItemId && r.Name == audited.Name && r.Sha256 == audited.Digest.Sha256 && (r.AuditedAt == null || r.AuditedAt < before))
                .ExecuteUpdateAsync(set => set.SetProperty(r => r.AuditedAt, now).SetProperty(r => r.VerifiedAt, r => verified ?? r.VerifiedAt), ct),
        }) == 1;
    }

    /// <summary>One event for an item and a pass, once the last of its files was read: chains stay readable.</summary>
    private async Task FinishItemAsync(CatalogueDb db, string vault, AuditedObject audited, FixityPass pass, CancellationToken ct)
    {
        var files = await db.Database.SqlQueryRaw<AuditedFile>(Objects.OfItem(audited.What), new NpgsqlParameter("p0", audited.ItemId)).ToListAsync(ct);
        if (files.Any(f => f.AuditedAt is null || f.AuditedAt < pass.BeganAt))
            return;
        var open = await db.FixityFindings.CountAsync(f => f.ItemId == audited.ItemId && f.Vault == vault && f.ResolvedAt == null, ct);
        await db.AppendAsync(
            audited.ItemId, time.GetUtcNow(), Actors.Server(options.Name), CustodyEventKind.FixityChecked,
            $"pass {pass.Number} of vault {vault}: {files.Count} files, {files.Sum(f => f.Bytes)} bytes, read whole and hashed; "
            + (open == 0 ? "all as sealed" : $"{open} findings are open"), ct);
    }

    private sealed record AuditedFile(long Bytes, DateTimeOffset? AuditedAt);
}
