using EvidenceIngest.Domain.Deadlines;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Calendar;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Items;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.AccessRequests;

/// <summary>Shows requests, and what each waits for.</summary>
internal sealed class AccessReading(EvidenceCatalogue catalogue, ServerOptions options, TimeProvider time)
{
    private const int Most = 200;

    public static RequestRefusedException None(string id) => RequestRefusedException.NotFound($"there is no access request {id}");

    public Task<AccessRequestView> FindAsync(string id, CancellationToken ct) => catalogue.ReadAsync(
        async db => await ViewAsync(db, await db.AccessRequests.SingleOrDefaultAsync(r => r.Id == id, ct) ?? throw None(id), await db.WorkingDaysAsync(ct), ct), ct);

    /// <summary>Those all of whose items are within reach: open ones first, by their deadlines, then the newest.</summary>
    public Task<List<AccessRequestView>> ListAsync(Reach reach, CancellationToken ct) => catalogue.ReadAsync(
        async db =>
        {
            var seen = reach.Of(db.Items);
            var requests = await db.AccessRequests
                .Where(r => !db.AccessRequestItems.Any(i => i.RequestId == r.Id && !seen.Any(item => item.Id == i.ItemId)))
                .OrderBy(r => r.State == AccessState.Entered ? 0 : 1).ThenBy(r => r.State == AccessState.Entered ? r.DueAt : DateTimeOffset.MaxValue).ThenByDescending(r => r.EnteredAt)
                .Take(Most).ToListAsync(ct);
            var calendar = await db.WorkingDaysAsync(ct);
            var views = new List<AccessRequestView>();
            foreach (var request in requests)
                views.Add(await ViewAsync(db, request, calendar, ct));
            return views;
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

    private async Task<AccessRequestView> ViewAsync(CatalogueDb db, AccessRequest r, WorkingDayCalendar calendar, CancellationToken ct)
    {
        var copies = await db.AccessCopies.Where(c => c.RequestId == r.Id).ToDictionaryAsync(c => c.ItemId, ct);
        var items = await db.Items.Where(i => db.AccessRequestItems.Any(l => l.RequestId == r.Id && l.ItemId == i.Id)).OrderBy(i => i.Id).ToListAsync(ct);
        var links = await db.AccessLinks.Where(l => l.RequestId == r.Id).OrderByDescending(l => l.MadeAt).ToListAsync(ct);
        var due = AccessDeadline.For(r.ReceivedOn, r.TermDays, calendar, options.AgencyZone);
        return new AccessRequestView(
            r.Id, r.State, new AccessParty(r.PartyName, r.Standing, r.DocumentKind, r.DocumentTail), r.Reason, r.Form, r.CaseNumber, r.ReceivedOn,
            TimeZoneInfo.ConvertTime(r.DueAt, options.AgencyZone), r.CalendarMissing, due.Days,
            r.DecidedAt is { } decided ? decided > r.DueAt.AddSeconds(1) : r.State == AccessState.Entered && time.GetUtcNow() > r.DueAt,
            r.EnteredAt, r.EnteredBy,
            r.DecidedAt is { } at ? new AccessDecisionView(at, r.DecidedBy!, r.DecisionWhy!, r.Ground, r.Consent) : null,
            r.OpenedAt, r.OpenedBy, r.WithdrawnAt, r.WithdrawnBy, r.WithdrawnWhy,
            [.. items.Select(i => new AccessItemView(
                i.Id, i.Kind, i.Secrecy,
                copies.GetValueOrDefault(i.Id) is { } c ? new AccessCopyView(c.State, c.Note, c.Rendition, c.Watermarked, c.ReadyAt) : null))],
            [.. links.Select(l => new AccessLinkView(l.ItemId, l.MadeAt, l.MadeBy, l.ExpiresAt, l.Openings, l.MostOpenings))],
            await WaitsForAsync(db, r, items, copies, ct));
    }

    private static async Task<List<string>> WaitsForAsync(
        CatalogueDb db, AccessRequest r, List<EvidenceItem> items, Dictionary<string, AccessCopy> copies, CancellationToken ct)
    {
        var waits = new List<string>();
        if (r.State == AccessState.Entered)
            waits.Add("待负责人审批，审批人不得为登记人 / a head other than the one who entered it has to decide");
        if (!r.IsAgreed)
            return waits;
        foreach (var item in items)
        {
            if (AccessRules.Obstacle(item.Id, item.Secrecy, r.State, r.Consent) is { } obstacle)
                waits.Add(obstacle);
        }

        if (r.State == AccessState.AgreedWithRedaction)
        {
            var redacted = await db.Renditions.Where(f => f.Name == AccessCopy.Redacted && items.Select(i => i.Id).Contains(f.ItemId)).Select(f => f.ItemId).ToListAsync(ct);
            waits.AddRange(items.Where(i => !redacted.Contains(i.Id)).Select(i => NoRedaction(i.Id)));
        }

        if (r.OpenedAt is null)
            waits.Add("待管理员开通查阅 / a custodian has to open the access");
        waits.AddRange(copies.Values.Where(c => c is { State: CopyState.Waiting, Note: null }).Select(c => $"{c.ItemId}：正在制作水印件 / its watermarked copy is being made"));
        waits.AddRange(copies.Values.Where(c => c.Note is not null).Select(c => $"{c.ItemId}：{c.Note}"));
        return waits;
    }

    public static string NoRedaction(string item) =>
        $"{item}：尚无遮蔽件，本版本不能制作，须待其生成后方可开通 / it has no redacted rendition, which this version can't make: access can be opened once there is one";
}
