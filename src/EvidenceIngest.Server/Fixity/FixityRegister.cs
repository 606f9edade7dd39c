using System.Globalization;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Fixity;

/// <summary>What people see of the audit, and what they decide.</summary>
internal sealed class FixityRegister(
    EvidenceCatalogue catalogue, VaultSet vaults, FixityPasses passes, FindingRecord findings, FixityKeeper keeper, FixityOptions options, TimeProvider time)
{
    private const int MostOnPage = 500;
    private const int LongestWhy = 1000;
    private const double MiB = 1 << 20;

    public async Task<FixityStatus> StatusAsync(CancellationToken ct)
    {
        var all = new List<FixityVaultStatus>();
        foreach (var vault in vaults.All)
            all.Add(await StatusAsync(vault, ct));
        return new FixityStatus(options.Period.TotalDays, all, await OpenAsync(ct), keeper.Trouble);
    }

    /// <summary>Open findings by kind.</summary>
    public Task<Dictionary<FindingKind, int>> OpenAsync(CancellationToken ct) => catalogue.ReadAsync(
        db => db.FixityFindings.Where(f => f.ResolvedAt == null).GroupBy(f => f.Kind).Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, ct),
        ct);

    /// <param name="open">True for open ones only, false for ended ones only, null for all.</param>
    /// <param name="cursor">As the page before gave it.</param>
    /// <param name="limit">1 to 500.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<FixityFindingPage> ListAsync(bool? open, string? cursor, int limit, CancellationToken ct)
    {
        if (limit is < 1 or > MostOnPage)
            throw RequestRefusedException.Invalid("limit", $"应为 1 至 {MostOnPage} / must be 1 to {MostOnPage}");
        var before = long.MaxValue;
        if (!string.IsNullOrEmpty(cursor) && !long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out before))
            throw RequestRefusedException.Invalid("cursor", "翻页标记无效，请从第一页重新查询 / is not one that this server made");
        var page = await catalogue.ReadAsync(
            db => db.FixityFindings.Where(f => f.Id < before && (open == null || open == (f.ResolvedAt == null)))
                .OrderByDescending(f => f.Id).Take(limit + 1).ToListAsync(ct), ct);
        var next = page.Count > limit ? page[limit - 1].Id.ToString(CultureInfo.InvariantCulture) : null;
        return new FixityFindingPage([.. page.Take(limit).Select(View)], next);
    }

    public Task<FixityFindingView> FindAsync(long id, CancellationToken ct) => catalogue.ReadAsync(
        async db => View(await FindAsync(db, id, ct)), ct);

    /// <summary>A person's word ends a finding. Repeated, it changes nothing.</summary>
    public Task<FixityFindingView> ResolveAsync(long id, FindingDecision decision, string by, CancellationToken ct)
    {
        Texts.Demand(decision.Why, "why", LongestWhy);
        return catalogue.WriteAsync(
            async db =>
            {
                var finding = await LockAsync(db, id, ct);
                if (finding.ResolvedAt is null)
                {
                    await findings.EndAsync(db, finding, Actors.Operator(by), decision.Why, ct);
                    finding.ByPerson = true;
                }

                return View(finding);
            },
            ct);
    }

    /// <summary>Orders that the other vault's copy takes the damaged file's place. Repeated, it is tried again at once.</summary>
    public Task<FixityFindingView> OrderRestoreAsync(long id, string by, CancellationToken ct) => catalogue.WriteAsync(
        async db =>
        {
            var finding = await LockAsync(db, id, ct);
            if (finding.ResolvedAt is not null)
                throw RequestRefusedException.Conflict($"异常 {id} 已处理完毕 / finding {id} has ended: {finding.Resolution}");
            if (vaults.Second is null)
                throw RequestRefusedException.Conflict("没有设置第二保全库（Vault:Second），无法恢复 / there is no second vault to restore from: set Vault:Second");
            if (finding.What is not (AuditedWhat.Master or AuditedWhat.Copy) || !FindingRecord.OfContent.Contains(finding.Kind))
                throw RequestRefusedException.Conflict("只有原始文件及其副本的内容可以恢复，请写明原因后作处理完毕 / only the content of masters and of their copies can be restored; resolve the finding with a reason instead");
            (finding.RestoreOrderedAt, finding.RestoreOrderedBy) = (time.GetUtcNow(), by);
            (finding.RestoreTriedAt, finding.RestoreTrouble) = (null, null);
            return View(finding);
        },
        ct);

    /// <summary>The passes under way go on at full rate; where none is, one begins.</summary>
    public async Task<FixityStatus> HurryAsync(CancellationToken ct)
    {
        foreach (var vault in vaults.All)
            await passes.HurryAsync(vault.Name, ct);
        return await StatusAsync(ct);
    }

    private async Task<FixityVaultStatus> StatusAsync(AuditedVault vault, CancellationToken ct)
    {
        var pass = await passes.LastAsync(vault.Name, ct);
        var (full, listing, uncopied) = await catalogue.ReadAsync(
            async db => (
                await db.FixityPasses.Where(p => p.Vault == vault.Name).MaxAsync(p => p.EndedAt, ct),
                await db.FixityListings.SingleOrDefaultAsync(l => l.Vault == vault.Name, ct),
                vault == vaults.First ? (long?)null : await db.MasterFiles.LongCountAsync(f => f.VersionId != null && f.CopiedAt == null, ct)),
            ct);
        var needed = 0.0;
        string? late = null;
        if (pass is { EndedAt: null })
        {
            var left = Math.Max(0, pass.TotalBytes - pass.Bytes);
            var remaining = pass.BeganAt + options.Period - time.GetUtcNow();
            needed = left / Math.Max(1, remaining.TotalSeconds);
            if (left > 0 && remaining <= TimeSpan.Zero)
                late = string.Create(CultureInfo.InvariantCulture, $"the pass should have ended {-remaining.TotalDays:0.#} days ago");
            else if (options.BytesPerSecond < needed)
                late = string.Create(CultureInfo.InvariantCulture, $"{needed / MiB:0.##} MiB/s are needed and {options.BytesPerSecond / MiB:0.##} allowed: raise Server:Fixity:MiBPerSecond or Server:Fixity:Days");
        }

        return new FixityVaultStatus(
            vault.Name, vault.Trust.State,
            pass is null ? null : new FixityPassView(
                pass.Number, pass.BeganAt, pass.EndedAt, pass.Hurried, pass.Objects, pass.TotalObjects, pass.Bytes, pass.TotalBytes, pass.Wrong),
            full, listing?.EndedAt, listing?.Objects, Math.Round(needed / MiB, 6), options.BytesPerSecond / MiB, late, uncopied);
    }

    /// <summary>The item first, as everybody does who appends to its chain.</summary>
    private static async Task<FixityFinding> LockAsync(CatalogueDb db, long id, CancellationToken ct)
    {
        var seen = await db.FixityFindings.AsNoTracking().SingleOrDefaultAsync(f => f.Id == id, ct)
            ?? throw RequestRefusedException.NotFound($"没有异常 {id} / no finding {id}");
        if (seen.ItemId is { } itemId)
            await db.LockItemAsync(itemId, ct);
        return await FindAsync(db, id, ct);
    }

    private static async Task<FixityFinding> FindAsync(CatalogueDb db, long id, CancellationToken ct) =>
        await db.FixityFindings.SingleOrDefaultAsync(f => f.Id == id, ct) ?? throw RequestRefusedException.NotFound($"没有异常 {id} / no finding {id}");

    private static FixityFindingView View(FixityFinding f) => new(
        f.Id, f.Vault, f.Kind, f.What, f.Bucket, f.Key, f.VersionId, f.ItemId, f.Position + 1, f.Found, f.FirstSeenAt, f.LastSeenAt,
        f.ResolvedAt, f.ResolvedBy, f.Resolution, f.RestoreOrderedBy, f.RestoreTrouble);
}
