using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Fixity;

/// <summary>
/// Keeps findings, inside the caller's transaction: begins them with an event, sees them again without one, ends them when a
/// check finds the object right.
/// </summary>
internal sealed class FindingRecord(ServerOptions options, TimeProvider time)
{
    /// <summary>Kinds that end when the bytes read right.</summary>
    public static readonly FindingKind[] OfContent = [FindingKind.Missing, FindingKind.Truncated, FindingKind.Altered, FindingKind.Unreadable];

    /// <summary>The item must be locked by the caller.</summary>
    /// <returns>Findings that began.</returns>
    public async Task<IReadOnlyList<FixityFinding>> NoteAsync(CatalogueDb db, string vault, CheckedObject result, CancellationToken ct)
    {
        var audited = result.Object;
        var known = await OfVersion(db, vault, audited.Version).ToListAsync(ct);
        var ended = known.Where(f => f.ResolvedAt is null
            && (OfContent.Contains(f.Kind) ? result.Content is null : f.Kind == FindingKind.LockWeak && result.LockRead && result.Lock is null)).ToList();
        foreach (var finding in ended)
            await EndAsync(db, finding, Actors.Server(options.Name), "it was checked again and is right", ct);
        var begun = new List<FixityFinding>();
        foreach (var wrong in result.Wrong)
        {
            if (await BeginAsync(db, vault, audited.What, audited.ItemId, audited.Position, audited.Version, wrong, audited.Words, known, ct) is { } finding)
                begun.Add(finding);
        }

        return begun;
    }

    /// <summary>Something lies in a vault and nobody knows it; the item, if any, is the one whose key it has.</summary>
    /// <returns>The finding when it began now.</returns>
    public async Task<FixityFinding?> NoteUntrackedAsync(CatalogueDb db, string vault, StoredVersion stray, string? itemId, CancellationToken ct)
    {
        if (itemId is not null)
            await db.LockItemAsync(itemId, ct);
        var known = await OfVersion(db, vault, stray.Version).ToListAsync(ct);
        var wrong = new Observation(FindingKind.Untracked, $"{stray.Bytes} bytes that the catalogue knows nothing of");
        return await BeginAsync(db, vault, AuditedWhat.Unknown, itemId, null, stray.Version, wrong, "an object under a key of the item", known, ct);
    }

    /// <summary>Ends a finding, with an event when it belongs to an item. Locks the item.</summary>
    public async Task EndAsync(CatalogueDb db, FixityFinding finding, string by, string how, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (finding.ItemId is { } itemId)
        {
            await db.AppendAsync(
                itemId, now, by, CustodyEventKind.FixityResolved,
                $"finding {finding.Id}, {finding.Kind} in vault {finding.Vault}, {Place(finding)}, ended: {how}", ct);
        }

        finding.End(now, by, how);
    }

    public static string Place(FixityFinding finding) => $"{finding.Bucket}/{finding.Key} version {finding.VersionId}";

    private async Task<FixityFinding?> BeginAsync(
        CatalogueDb db, string vault, AuditedWhat what, string? itemId, int? position, VaultVersion version, Observation wrong, string words,
        List<FixityFinding> known, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        // What a person has decided about is not found again as long as it stays what it was.
        var same = known.FirstOrDefault(f => f.Kind == wrong.Kind && f.ResolvedAt is null)
            ?? known.FirstOrDefault(f => f.Kind == wrong.Kind && f.ByPerson && f.Found == wrong.Found);
        if (same is not null)
        {
            same.LastSeenAt = now;
            if (same.ResolvedAt is null)
                same.Found = wrong.Found;
            return null;
        }

        var finding = new FixityFinding
        {
            Vault = vault, Kind = wrong.Kind, What = what, Bucket = version.Bucket, Key = version.Key, VersionId = version.VersionId,
            ItemId = itemId, Position = position, Found = wrong.Found, FirstSeenAt = now, LastSeenAt = now,
        };
        db.Add(finding);
        // The event names the finding by its number.
        await db.SaveChangesAsync(ct);
        if (itemId is not null)
        {
            await db.AppendAsync(
                itemId, now, Actors.Server(options.Name), CustodyEventKind.FixityFailed,
                $"finding {finding.Id}, {wrong.Kind} in vault {vault}: {words}, {Place(finding)}: {wrong.Found}", ct);
        }

        return finding;
    }

    private static IQueryable<FixityFinding> OfVersion(CatalogueDb db, string vault, VaultVersion version) => db.FixityFindings
        .Where(f => f.Vault == vault && f.Bucket == version.Bucket && f.Key == version.Key && f.VersionId == version.VersionId);
}
