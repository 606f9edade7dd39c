using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Events;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Events;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Packages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Cases;

/// <summary>
/// 案卷 (article 29): makes the package of a closed case as soon as every item of it is complete, and until then keeps the
/// list of what is missing. A package that was made is never made again by itself; a case that is taken up again loses it.
/// </summary>
internal sealed class CaseFiles(
    EvidenceCatalogue catalogue, CatalogueStart start, PackageMaking packages, ServerOptions options, TimeProvider time, ILogger<CaseFiles> log)
    : Rounds(start, TimeSpan.FromMinutes(1), time)
{
    internal override async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        var waiting = await catalogue.ReadAsync(
            db => db.Cases.Where(c => c.State == CaseState.Closed && c.PackageId == null).OrderBy(c => c.ClosedAt).ToListAsync(ct), ct);
        foreach (var closed in waiting)
        {
            try
            {
                await LookAtAsync(closed, ct);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                // The other cases don't wait for this one.
                log.CaseFileFailed(closed.Number, e.GetBaseException().Message);
            }
        }

        return false;
    }

    protected override void TellStalled(string reason) => log.CaseFilesStalled(reason);

    private static IEnumerable<string> Lacks(EvidenceItem item)
    {
        if (item.State == ItemState.Quarantined)
            yield return $"{item.Id}：隔离中（{item.Reason}） / it is in quarantine";
        else if (item.State == ItemState.Disposed)
            yield return $"{item.Id}：已销毁 / it was disposed of";
        else if (!item.IsSealed)
            yield return $"{item.Id}：尚未封存 / it is not sealed yet";
        foreach (var requirement in Completeness.Missing(item.Kind, item.Metadata(), item.TranscriptConfirmed))
            yield return $"{item.Id}：缺少{EvidenceWords.Chinese(requirement)} / {requirement} is missing";
    }

    /// <summary>One package for one closing with one list of items, however often it is tried and by however many servers.</summary>
    private static string PackageId(Case closed, List<string> items)
    {
        var closing = string.Join('\n', [closed.Number, closed.ChangedAt.UtcTicks.ToString(CultureInfo.InvariantCulture), .. items]);
        return "pk-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(closing)).AsSpan(0, 16));
    }

    private async Task LookAtAsync(Case closed, CancellationToken ct)
    {
        var items = await catalogue.ReadAsync(
            db => db.Items.Where(i => db.CaseItems.Any(l => l.CaseNumber == closed.Number && l.ItemId == i.Id)).OrderBy(i => i.Id).ToListAsync(ct), ct);
        var lacks = items.Count == 0 ? ["案件未关联音像资料 / no item is linked to the case"] : items.SelectMany(Lacks).ToList();
        string? package = null;
        if (lacks.Count == 0)
        {
            try
            {
                package = await MakeAsync(closed, items.ConvertAll(i => i.Id), ct);
            }
            catch (RequestRefusedException e)
            {
                lacks = [e.Message];
            }
        }

        await catalogue.WriteAsync(db => RecordAsync(db, closed, package, lacks, ct), ct);
    }

    private async Task<string> MakeAsync(Case closed, List<string> items, CancellationToken ct)
    {
        var request = new PackageRequest(items, ["proxy"], $"案卷归档：案件 {closed.Number}");
        return (await packages.MakeAsync(PackageId(closed, items), request, closed.ChangedBy, ct)).Package;
    }

    private async Task RecordAsync(CatalogueDb db, Case seen, string? package, List<string> lacks, CancellationToken ct)
    {
        var known = await CaseRegister.LockAsync(db, seen.Number, ct);
        // Taken up again or changed meanwhile: the next round looks anew.
        if (known.State != CaseState.Closed || known.ChangedAt != seen.ChangedAt || known.PackageId is not null)
            return;
        known.PackageLacks = lacks;
        known.PackageId = package;
        if (package is null)
            return;
        db.Tell(seen.Number, Outbox.New(EventTypes.CaseComplete, Time.GetUtcNow(), null, new { @case = seen.Number, package }));
        await db.AppendToServiceAsync(
            new NewEvent(Time.GetUtcNow(), Actors.Server(options.Name), CustodyEventKind.CaseFileMade, $"case {seen.Number}: {package}, nothing is missing"), ct);
    }
}
