using EvidenceIngest.Domain.Deadlines;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Calendar;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Redaction;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.AccessRequests;

/// <summary>Shows requests, and what each waits for.</summary>
internal sealed class AccessReading(EvidenceCatalogue catalogue, ServerOptions options, TimeProvider time)
{
    private const int Most = 200;

    public static RequestRefusedException None(string id) => RequestRefusedException.NotFound($"没有查阅申请 {id}，或者不在您的职责范围内 / there is no access request {id}");

    public Task<AccessRequestView> FindAsync(string id, CancellationToken ct) => catalogue.ReadAsync(
        async db => (await ViewsAsync(db, [await db.AccessRequests.SingleOrDefaultAsync(r => r.Id == id, ct) ?? throw None(id)], ct)).Single(), ct);

    /// <summary>Those all of whose items are within reach: open ones first, by their deadlines, then the newest.</summary>
    public Task<List<AccessRequestView>> ListAsync(Reach reach, CancellationToken ct) => catalogue.ReadAsync(
        async db =>
        {
            var seen = reach.Of(db.Items);
            var requests = await db.AccessRequests
                .Where(r => !db.AccessRequestItems.Any(i => i.RequestId == r.Id && !seen.Any(item => item.Id == i.ItemId)))
                .OrderBy(r => r.State == AccessState.Entered ? 0 : 1).ThenBy(r => r.State == AccessState.Entered ? r.DueAt : DateTimeOffset.MaxValue).ThenByDescending(r => r.EnteredAt)
                .Take(Most).ToListAsync(ct);
            return await ViewsAsync(db, requests, ct);
        },
        ct);

    public Task<AccessStatus> StatusAsync(CancellationToken ct) => catalogue.ReadAsync(
        async db =>
        {
            var now = time.GetUtcNow();
            var pending = db.AccessRequests.Where(r => r.State == AccessState.Entered);
            return new AccessStatus(
                await pending.CountAsync(ct), await pending.CountAsync(r => r.DueAt < now, ct),
                await db.AccessCopies.CountAsync(c => c.State == CopyState.Failed && db.AccessRequests.Any(r => r.Id == c.RequestId && r.WithdrawnAt == null), ct));
        },
        ct);

    private async Task<List<AccessRequestView>> ViewsAsync(CatalogueDb db, List<AccessRequest> requests, CancellationToken ct)
    {
        var ids = requests.ConvertAll(r => r.Id);
        var calendar = await db.WorkingDaysAsync(ct);
        var copies = (await db.AccessCopies.Where(c => ids.Contains(c.RequestId)).ToListAsync(ct)).ToLookup(c => c.RequestId);
        var links = (await db.AccessLinks.Where(l => ids.Contains(l.RequestId)).OrderByDescending(l => l.MadeAt).ToListAsync(ct)).ToLookup(l => l.RequestId);
        var items = (await db.AccessRequestItems.Where(l => ids.Contains(l.RequestId))
            .Join(
                db.Items, l => l.ItemId, i => i.Id,
                (l, i) => new { l.RequestId, Item = new AskedItem(i.Id, i.Kind, i.Secrecy, db.Redactions.Any(r => r.ItemId == i.Id && r.State == RedactionState.Released)) })
            .ToListAsync(ct)).ToLookup(l => l.RequestId, l => l.Item);
        return requests.ConvertAll(r => View(r, calendar, [.. items[r.Id].OrderBy(i => i.Id, StringComparer.Ordinal)], copies[r.Id].ToDictionary(c => c.ItemId), links[r.Id]));
    }

    private AccessRequestView View(AccessRequest r, WorkingDayCalendar calendar, List<AskedItem> items, Dictionary<string, AccessCopy> copies, IEnumerable<AccessLink> links) => new(
        r.Id, r.State, new AccessParty(r.PartyName, r.Standing, r.DocumentKind, r.DocumentTail), r.Reason, r.Form, r.CaseNumber, r.ReceivedOn,
        TimeZoneInfo.ConvertTime(r.DueAt, options.AgencyZone), r.CalendarMissing, AccessDeadline.For(r.ReceivedOn, r.TermDays, calendar, options.AgencyZone).Days,
        // The last second is in time until it is over.
        (r.DecidedAt ?? (r.State == AccessState.Entered ? time.GetUtcNow() : null)) >= r.DueAt.AddSeconds(1),
        r.EnteredAt, r.EnteredBy,
        r.DecidedAt is { } at ? new AccessDecisionView(at, r.DecidedBy!, r.DecisionWhy!, r.Ground, r.Consent) : null,
        r.OpenedAt, r.OpenedBy, r.WithdrawnAt, r.WithdrawnBy, r.WithdrawnWhy,
        items.ConvertAll(i => new AccessItemView(
            i.Id, i.Kind, i.Secrecy,
            copies.GetValueOrDefault(i.Id) is { } c ? new AccessCopyView(c.State, c.Note, c.Rendition, c.Watermarked, c.ReadyAt) : null)),
        [.. links.Select(l => new AccessLinkView(l.ItemId, l.MadeAt, l.MadeBy, l.ExpiresAt, l.Openings, l.MostOpenings))],
        [.. WaitsFor(r, items, copies)]);

    private static IEnumerable<string> WaitsFor(AccessRequest r, List<AskedItem> items, Dictionary<string, AccessCopy> copies)
    {
        if (r.State == AccessState.Entered)
            yield return "待负责人审批，审批人不得为登记人 / a head other than the one who entered it has to decide";
        if (!r.IsAgreed)
            yield break;
        foreach (var item in items)
        {
            if (AccessRules.Obstacle(item.Id, item.Secrecy, r.State, r.Consent) is { } obstacle)
                yield return obstacle;
            if (r.State == AccessState.AgreedWithRedaction && !item.IsRedacted)
                yield return NoRedaction(item.Id);
        }

        if (r.OpenedAt is null)
            yield return "待管理员开通查阅 / a custodian has to open the access";
        foreach (var copy in copies.Values)
        {
            if (copy.Note is not null)
                yield return $"{copy.ItemId}：{copy.Note}";
            else if (copy.State == CopyState.Waiting)
                yield return $"{copy.ItemId}：正在制作水印件 / its watermarked copy is being made";
        }
    }

    public static string NoRedaction(string item) =>
        $"{item}：尚无经复核放行的遮蔽件，请先申请制作并由另一人复核 / it has no released redacted rendition: order one, and have another person review it";

    private sealed record AskedItem(string Id, MediaKind Kind, Secrecy Secrecy, bool IsRedacted);
}
