using System.Globalization;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deadlines;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Calendar;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.AccessRequests;

/// <summary>查阅登记: takes requests in, lists them, takes them back. Every step stands in the chains of all items concerned.</summary>
internal sealed class AccessRegister(EvidenceCatalogue catalogue, AccessReading reading, ServerOptions options, TimeProvider time)
{
    /// <summary>What it is about is fixed here: items that a case gets later don't belong to it.</summary>
    public async Task<AccessRequestView> EnterAsync(Guid madeId, AccessRequestEntry entry, Caller by, CancellationToken ct)
    {
        var now = time.GetUtcMilliseconds();
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, options.AgencyZone).DateTime);
        AccessRules.Demand(entry, today);
        if (entry.Case is { } number)
            await catalogue.DemandCaseAsync(by.Reach, number, ct);
        await catalogue.DemandItemsAsync(by.Reach, entry.Items ?? [], ct);
        var id = "ar-" + madeId.ToString("N");
        await catalogue.WriteAsync(db => EnterAsync(db, id, entry, entry.ReceivedOn ?? today, by, now, ct), ct);
        return await reading.FindAsync(id, ct);
    }

    /// <summary>Idempotent for the one who took it back. Links that were made end at once.</summary>
    public async Task<AccessRequestView> WithdrawAsync(string id, AccessWord word, Caller by, CancellationToken ct)
    {
        AccessRules.Demand(word.Why, "why");
        await catalogue.WriteAsync(db => WithdrawAsync(db, id, word.Why, by, ct), ct);
        return await reading.FindAsync(id, ct);
    }

    /// <summary>Until the transaction ends nobody else decides, opens or takes back.</summary>
    /// <exception cref="RequestRefusedException">There is none, or one of its items is out of reach by now.</exception>
    public static async Task<(AccessRequest Request, List<EvidenceItem> Items)> LockAsync(CatalogueDb db, string id, Reach reach, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync($"select 1 from access_requests where id = {id} for update", ct);
        var request = await db.AccessRequests.SingleOrDefaultAsync(r => r.Id == id, ct) ?? throw AccessReading.None(id);
        var ids = await db.AccessRequestItems.Where(i => i.RequestId == id).Select(i => i.ItemId).ToListAsync(ct);
        // In one order, as everybody locks items.
        foreach (var item in ids.Order(StringComparer.Ordinal))
            await db.LockItemAsync(item, ct);
        var items = await reach.Of(db.Items).Where(i => ids.Contains(i.Id)).OrderBy(i => i.Id).ToListAsync(ct);
        return items.Count == ids.Count ? (request, items) : throw AccessReading.None(id);
    }

    private async Task EnterAsync(CatalogueDb db, string id, AccessRequestEntry entry, DateOnly received, Caller by, DateTimeOffset now, CancellationToken ct)
    {
        if (await db.AccessRequests.AnyAsync(r => r.Id == id, ct))
            return;
        var items = await ItemsAsync(db, entry, by.Reach, ct);
        var due = AccessDeadline.For(received, options.Access.WorkingDays, await db.WorkingDaysAsync(ct), options.AgencyZone);
        var person = by.Person;
        db.Add(new AccessRequest
        {
            Id = id, State = AccessState.Entered, PartyName = entry.Party.Name, Standing = entry.Party.Standing, DocumentKind = entry.Party.Document,
            DocumentTail = entry.Party.DocumentTail, Reason = entry.Reason, Form = entry.Form, CaseNumber = entry.Case, ReceivedOn = received,
            TermDays = options.Access.WorkingDays, DueAt = due.At, CalendarMissing = due.CalendarMissing, EnteredAt = now, EnteredBy = person.Name, EnteredRole = person.Role.ToString(),
        });
        await db.SaveChangesAsync(ct);
        foreach (var item in items)
        {
            await db.LockItemAsync(item, ct);
            var known = await db.Items.AsNoTracking().SingleOrDefaultAsync(i => i.Id == item, ct) ?? throw ItemRegister.NoItem(item);
            if (known.State == ItemState.Disposed)
                throw RequestRefusedException.Conflict($"资料 {item} 已到期销毁，没有可查阅的内容 / item {item} was disposed of after its term: nothing is left to be looked at");
            db.Add(new AccessRequestItem { RequestId = id, ItemId = item });
            await db.AppendAsync(
                item, now, Actors.Operator(person.Name), CustodyEventKind.AccessRequested,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{id} of {entry.Party.Name} ({entry.Party.Standing}, {entry.Party.Document} …{entry.Party.DocumentTail}), received {received:yyyy-MM-dd}, due {due.At:O}{OfCase(entry.Case)}: {entry.Reason}"),
                ct);
        }
    }

    private static string OfCase(string? number) => number is null ? "" : $", of case {number}";

    private static async Task<List<string>> ItemsAsync(CatalogueDb db, AccessRequestEntry entry, Reach reach, CancellationToken ct)
    {
        if (entry.Case is not { } number)
            return [.. entry.Items!.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        await CaseRegister.LockAsync(db, number, ct);
        // A case may have items of other units. Whoever enters the request answers for all that it names, so it names what they reach.
        var seen = reach.Of(db.Items);
        var items = await db.CaseItems.Where(l => l.CaseNumber == number && seen.Any(i => i.Id == l.ItemId && i.State != ItemState.Disposed)).Select(l => l.ItemId).ToListAsync(ct);
        if (items.Count == 0)
            throw RequestRefusedException.Conflict($"案件 {number} 没有可查阅的资料，请先关联 / case {number} has no items that could be looked at: link them first");
        return items.Count <= AccessRules.MostItems ? [.. items.Order(StringComparer.Ordinal)] : throw AccessRules.TooMany();
    }

    private async Task WithdrawAsync(CatalogueDb db, string id, string why, Caller by, CancellationToken ct)
    {
        var (request, items) = await LockAsync(db, id, by.Reach, ct);
        if (request.State == AccessState.Withdrawn)
        {
            if (request.WithdrawnBy == by.Name && request.WithdrawnWhy == why)
                return;
            throw RequestRefusedException.Conflict($"查阅申请 {id} 已由 {request.WithdrawnBy} 撤回 / access request {id} was taken back by {request.WithdrawnBy} already");
        }

        if (request.State == AccessState.Refused)
            throw RequestRefusedException.Conflict($"查阅申请 {id} 未获同意，没有可撤回的内容 / access request {id} was refused: there is nothing to take back");
        var now = time.GetUtcNow();
        (request.State, request.WithdrawnAt, request.WithdrawnBy, request.WithdrawnWhy) = (AccessState.Withdrawn, now, by.Name, why);
        await db.SaveChangesAsync(ct);
        foreach (var item in items)
            await db.AppendAsync(item.Id, now, Actors.Operator(by.Name), CustodyEventKind.AccessWithdrawn, $"{id}: {why}", ct);
    }
}
