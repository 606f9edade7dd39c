using EvidenceIngest.Server.Api;

namespace EvidenceIngest.Server.Items;

/// <summary>Items the newest first, from where the page before ended.</summary>
internal static class ItemOrder
{
    /// <summary>As they came to this service.</summary>
    public static IQueryable<EvidenceItem> NewestHere(this IQueryable<EvidenceItem> items, PageCursor? after)
    {
        if (after is { } last)
            items = items.Where(i => i.AnnouncedAt < last.At || (i.AnnouncedAt == last.At && i.Id.CompareTo(last.Id) < 0));
        return items.OrderByDescending(i => i.AnnouncedAt).ThenByDescending(i => i.Id);
    }

    /// <summary>As they were made. Lists that days of recording narrow are found so without reading all that came since.</summary>
    public static IQueryable<EvidenceItem> NewestMade(this IQueryable<EvidenceItem> items, PageCursor? after)
    {
        if (after is { } last)
            items = items.Where(i => i.MadeAt < last.At || (i.MadeAt == last.At && i.Id.CompareTo(last.Id) < 0));
        return items.OrderByDescending(i => i.MadeAt).ThenByDescending(i => i.Id);
    }
}
