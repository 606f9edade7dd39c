using EvidenceIngest.Domain.Retention;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Items;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Retention;

/// <summary>Gathers why an item is kept: site's rule, key mark, person, matter, case, hold.</summary>
internal static class RetentionTerms
{
    /// <param name="db">Where the rules are.</param>
    /// <param name="item">Sealed, or about to be.</param>
    /// <param name="sealedAt">When its term begins.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task<RetentionTerm> TermAsync(this CatalogueDb db, EvidenceItem item, DateTimeOffset sealedAt, CancellationToken ct)
    {
        var classes = await db.RetentionClasses.AsNoTracking().ToDictionaryAsync(c => c.Id, ct);
        var usual = classes.Values.Single(c => c.IsDefault).Class;
        var grounds = new List<RetentionGround> { new("every item", usual, sealedAt) };
        if (item.KeyMarked)
            grounds.AddRange(classes.Values.Where(c => c.IsKey).Select(c => new RetentionGround("key mark", c.Class, sealedAt)));
        if (item.RetentionClass is { } own)
            grounds.Add(new RetentionGround("set for this item", classes[own].Class, sealedAt));
        var cases = await db.CaseItems.AsNoTracking().Where(l => l.ItemId == item.Id)
            .Join(db.Cases, l => l.CaseNumber, c => c.Number, (l, c) => new { Case = c, Matter = db.Matters.FirstOrDefault(m => m.Id == c.MatterId) })
            .OrderBy(c => c.Case.Number).ToListAsync(ct);
        foreach (var linked in cases)
        {
            DateTimeOffset? from = linked.Case.State == CaseState.Closed ? linked.Case.ClosedAt : null;
            grounds.Add(new RetentionGround($"case {linked.Case.Number}", linked.Case.RetentionClass is { } ofCase ? classes[ofCase].Class : usual, from));
            if (linked.Matter?.RetentionClass is { } ofMatter)
                grounds.Add(new RetentionGround($"matter {linked.Matter.Name} of case {linked.Case.Number}", classes[ofMatter].Class, from));
        }

        return RetentionTerm.Of(grounds, await db.HoldsOn(item.Id).OrderBy(h => h.PlacedAt).Select(h => "hold " + h.Id).ToListAsync(ct));
    }

    /// <summary>Holds in force on an item, directly or through a case.</summary>
    public static IQueryable<Hold> HoldsOn(this CatalogueDb db, string itemId) => db.Holds.AsNoTracking().Where(h => h.ReleasedAt == null
        && (db.HoldItems.Any(i => i.HoldId == h.Id && i.ItemId == itemId) || db.CaseItems.Any(l => l.ItemId == itemId && l.CaseNumber == h.CaseNumber)));

    /// <summary>Their locks should have followed the rules an hour ago.</summary>
    public static IQueryable<EvidenceItem> LocksOverdue(this IQueryable<EvidenceItem> items, DateTimeOffset now)
    {
        var since = now.AddHours(-1);
        return items.Where(i => (i.State == ItemState.Sealed || i.State == ItemState.Quarantined) && (i.RetentionPendingSince ?? i.RetentionDueAt) < since);
    }

    /// <summary>Has the keeper look at sealed items anew, at once.</summary>
    public static Task DueAsync(this IQueryable<EvidenceItem> items, DateTimeOffset now, CancellationToken ct) => items
        .Where(i => i.State == ItemState.Sealed || i.State == ItemState.Quarantined)
        .ExecuteUpdateAsync(set => set.SetProperty(i => i.RetentionDueAt, now), ct);
}
