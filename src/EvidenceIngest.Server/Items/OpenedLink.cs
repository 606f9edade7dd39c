using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Redaction;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Items;

/// <summary>All that decides whether a link opens now, from one question.</summary>
/// <param name="Link">Itself.</param>
/// <param name="Rendition">That it names.</param>
/// <param name="Mark">The watermarked copy that it opens instead; null for ordinary links.</param>
/// <param name="IsRejected">Of a redacted copy.</param>
/// <param name="IsDisposed">Of the item.</param>
/// <param name="LookedAt">When the look from this address began; null when there was none.</param>
internal sealed record OpenedLink(MediaLink Link, StoredRendition Rendition, LinkMark? Mark, bool IsRejected, bool IsDisposed, DateTimeOffset? LookedAt)
{
    // A player asks for hundreds of ranges a minute: understanding the query anew each time costs more than asking it.
    private static readonly Func<CatalogueDb, byte[], string, CancellationToken, Task<OpenedLink?>> Query = EF.CompileAsyncQuery(
        (CatalogueDb db, byte[] hash, string address, CancellationToken _) => db.Links.TagWith(PreparedQueries.Tag).AsNoTracking().Where(l => l.TokenHash == hash).Join(
            db.Renditions, l => new { l.ItemId, Name = l.Rendition }, r => new { r.ItemId, r.Name },
            (l, r) => new OpenedLink(
                l,
                r,
                db.LinkMarks.FirstOrDefault(m => m.TokenHash == hash),
                db.Redactions.Any(o => o.ItemId == l.ItemId && (o.Rendition == l.Rendition || o.TextRendition == l.Rendition) && o.State == RedactionState.Rejected),
                db.Items.Any(i => i.Id == l.ItemId && i.State == ItemState.Disposed),
                db.LinkViews.Where(v => v.TokenHash == hash && v.Address == address).Select(v => (DateTimeOffset?)v.ViewedAt).FirstOrDefault())).SingleOrDefault());

    /// <param name="db">Asked.</param>
    /// <param name="hash">Of the link's token.</param>
    /// <param name="address">Of who looks.</param>
    /// <param name="ct">Ends it.</param>
    /// <returns>Null when there is no such link.</returns>
    public static Task<OpenedLink?> FindAsync(CatalogueDb db, byte[] hash, string address, CancellationToken ct) => Query(db, hash, address, ct);
}
