using System.Globalization;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Redaction;

/// <summary>Which renditions are redacted copies, and which of these may be shown.</summary>
internal static class RedactionNames
{
    private const string Prefix = "redacted-";

    public static string Of(int number) => Prefix + number.ToString(CultureInfo.InvariantCulture);

    public static string TextOf(int number) => Of(number) + "-text";

    /// <summary>The newest one of an item that a second person released; null when there is none.</summary>
    public static Task<string?> ReleasedRedactionAsync(this CatalogueDb db, string itemId, CancellationToken ct) =>
        db.Redactions.Where(r => r.ItemId == itemId && r.State == RedactionState.Released).OrderByDescending(r => r.Number).Select(r => r.Rendition).FirstOrDefaultAsync(ct);

    /// <exception cref="RequestRefusedException">It is a redacted copy that nobody has released.</exception>
    public static async Task DemandReleasedAsync(this CatalogueDb db, string itemId, string rendition, CancellationToken ct)
    {
        if (!rendition.StartsWith(Prefix, StringComparison.Ordinal))
            return;
        var state = await db.Redactions.Where(r => r.ItemId == itemId && (r.Rendition == rendition || r.TextRendition == rendition)).Select(r => (RedactionState?)r.State).SingleOrDefaultAsync(ct);
        if (state is not (null or RedactionState.Released))
        {
            throw RequestRefusedException.Conflict(
                $"{rendition} 未经另一人复核放行，不得对外提供 / {rendition} was not released by a second person: it can't be shown or handed out");
        }
    }
}
