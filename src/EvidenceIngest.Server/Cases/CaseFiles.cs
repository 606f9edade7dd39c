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
            var items = await catalogue.ReadAsync(
                db => db.Items.Where(i => db.CaseItems.Any(l => l.CaseNumber == closed.Number && l.ItemId == i.Id)).OrderBy(i => i.Id).ToListAsync(ct), ct);
            var lacks = items.Count == 0 ? ["no item is linked to the case"] : items.SelectMany(Lacks).ToList();
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

        return false;
    }

    protected override void TellStalled(string reason) => log.CaseFilesStalled(reason);

    private static IEnumerable<string> Lacks(EvidenceItem item)
    {
        if (!item.IsSealed)
            yield return $"{item.Id}: it is {item.State}";
        if (item.State == ItemState.Quarantined)
            yield return $"{item.Id}: it is in quarantine: {item.Reason}";
        foreach (var requirement in Completeness.Missing(item.Kind, item.Metadata(), transcriptConfirmed: false))
            yield return $"{item.Id}: {requirement} is missing";
    }

    private async Task<string> MakeAsync(Case closed, List<string> items, CancellationToken ct) =>
        (await packages.MakeAsync(new PackageRequest(items, ["proxy"], $"案卷归档：案件 {closed.Number}"), closed.ChangedBy, ct)).Package;

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
