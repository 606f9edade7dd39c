using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Retention;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Cases;

/// <summary>《音像记录事项清单》: which matters there are, and how long their evidence is kept.</summary>
internal sealed class MatterList(EvidenceCatalogue catalogue, TimeProvider time)
{
    public async Task<IReadOnlyList<MatterView>> ListAsync(CancellationToken ct) =>
        [.. (await catalogue.ReadAsync(db => db.Matters.OrderBy(m => m.Id).ToListAsync(ct), ct)).Select(View)];

    public Task<MatterView> SetAsync(string id, MatterRequest request, string by, CancellationToken ct, Precondition? precondition = null)
    {
        Texts.Demand(id, "matter", 50);
        Texts.Demand(request.Name, "name", 200);
        Texts.Demand(request.Law, "law", 500);
        return catalogue.WriteAsync(db => SetAsync(db, id, request, precondition ?? Precondition.None, by, ct), ct);
    }

    private static MatterView View(Matter m) => new(m.Id, m.Name, m.Law, m.WholeRecording, m.RetentionClass, m.LinkAutomatically);

    private async Task<MatterView> SetAsync(CatalogueDb db, string id, MatterRequest request, Precondition precondition, string by, CancellationToken ct)
    {
        await RetentionClasses.DemandAsync(db, request.RetentionClass, ct);
        await db.Database.ExecuteSqlAsync($"select 1 from matters where id = {id} for update", ct);
        var now = time.GetUtcNow();
        var known = await db.Matters.SingleOrDefaultAsync(m => m.Id == id, ct);
        precondition.Demand(known is null ? null : View(known));
        var before = known is null ? "new" : View(known).ToString();
        if (known is null)
        {
            known = new Matter { Id = id, Name = request.Name, Law = request.Law, ChangedAt = now, ChangedBy = by };
            db.Add(known);
        }

        (known.Name, known.Law, known.WholeRecording, known.RetentionClass, known.LinkAutomatically) =
            (request.Name, request.Law, request.WholeRecording, request.RetentionClass, request.LinkAutomatically);
        if (View(known).ToString() == before)
            return View(known);
        (known.ChangedAt, known.ChangedBy) = (now, by);
        await db.SaveChangesAsync(ct);
        await db.Items.Where(i => db.CaseItems.Any(l => l.ItemId == i.Id && db.Cases.Any(c => c.Number == l.CaseNumber && c.MatterId == id))).DueAsync(now, ct);
        await db.Cases.Where(c => c.MatterId == id).ExecuteUpdateAsync(set => set.SetProperty(c => c.FootageDueAt, now), ct);
        await db.AppendToServiceAsync(new NewEvent(now, Actors.Operator(by), CustodyEventKind.MatterChanged, $"{View(known)}; before: {before}"), ct);
        return View(known);
    }
}
