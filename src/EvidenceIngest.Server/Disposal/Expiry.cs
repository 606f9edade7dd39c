using System.Globalization;
using EvidenceIngest.Server.AccessRequests;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Retention;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Disposal;

/// <summary>When an item may go: its term and its locks are over, and nothing else keeps it.</summary>
internal static class Expiry
{
    public static IQueryable<EvidenceItem> Expired(this IQueryable<EvidenceItem> items, DateTimeOffset now) => items.Where(i =>
        (i.State == ItemState.Sealed || i.State == ItemState.Quarantined) && !i.RetainWithoutEnd && i.RetainUntil < now && i.LockedUntil < now);

    public const string RulesPending = "its rules changed and are being applied: try again in a minute";

    /// <summary>The rules are read anew: what the catalogue noted of them may be a minute old.</summary>
    /// <returns>Why it has to stay; null when it may go; <see cref="RulesPending"/> when that will be known in a minute.</returns>
    public static async Task<string?> KeptBecauseAsync(this CatalogueDb db, EvidenceItem item, DateTimeOffset now, CancellationToken ct)
    {
        if (!item.IsSealed || item.SealedAt is not { } sealedAt)
            return item.State == ItemState.Disposed ? "it was disposed of already" : "it is not sealed";
        var term = await db.TermAsync(item, sealedAt, ct);
        if (!term.HasEnd)
            return "it is kept without end: " + term.Because;
        var until = new[] { term.Until, item.RetainUntil, item.LockedUntil }.Max();
        if (until >= now)
            return $"it is kept until {until.Value.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}: {term.Because}";
        if (await db.AccessRequests.AnyAsync(r => r.State == AccessState.Entered && db.AccessRequestItems.Any(i => i.RequestId == r.Id && i.ItemId == item.Id), ct))
            return "somebody asked to look at it, and that is not decided yet";
        return item.RetainUntil is null || item.RetentionDueAt <= now ? RulesPending : null;
    }
}
