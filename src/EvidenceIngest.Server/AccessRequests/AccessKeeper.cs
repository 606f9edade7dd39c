using System.Globalization;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deadlines;
using EvidenceIngest.Domain.Events;
using EvidenceIngest.Server.Calendar;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Events;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.AccessRequests;

/// <summary>
/// Watches requests: counts the deadlines of open ones anew when the calendar changed, tells of those that passed, and has copies made that were
/// ordered. Any number of servers may run it; one of them makes copies at a time.
/// </summary>
internal sealed class AccessKeeper(
    EvidenceCatalogue catalogue, CatalogueStart start, AccessCopies copies, ServerOptions options, TimeProvider time, ILogger<AccessKeeper> log)
    : Rounds(start, TimeSpan.FromSeconds(5), time)
{
    internal override async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        await CountAsync(ct);
        await TellAsync(ct);
        return await copies.MakeDueAsync(ct);
    }

    protected override void TellStalled(string reason) => log.AccessStalled(reason);

    private async Task CountAsync(CancellationToken ct)
    {
        var calendar = await catalogue.ReadAsync(db => db.WorkingDaysAsync(ct), ct);
        var open = await catalogue.ReadAsync(
            db => db.AccessRequests.Where(r => r.State == AccessState.Entered).Select(r => new { r.Id, r.ReceivedOn, r.TermDays, r.DueAt, r.CalendarMissing }).ToListAsync(ct), ct);
        foreach (var request in open)
        {
            var due = Due(request.ReceivedOn, request.TermDays, calendar);
            if (due.At != request.DueAt || due.CalendarMissing != request.CalendarMissing)
                await catalogue.WriteAsync(db => CountAsync(db, request.Id, ct), ct);
        }
    }

    private AccessDeadline Due(DateOnly receivedOn, int termDays, WorkingDayCalendar calendar) => AccessDeadline.For(receivedOn, termDays, calendar, options.AgencyZone);

    private async Task CountAsync(CatalogueDb db, string id, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync($"select 1 from access_requests where id = {id} for update", ct);
        var request = await db.AccessRequests.SingleAsync(r => r.Id == id, ct);
        if (request.State != AccessState.Entered)
            return;
        var (before, due) = (request.DueAt, Due(request.ReceivedOn, request.TermDays, await db.WorkingDaysAsync(ct)));
        (request.DueAt, request.CalendarMissing) = (due.At, due.CalendarMissing);
        if (due.At == before)
            return;
        foreach (var item in await db.AccessRequestItems.Where(i => i.RequestId == id).Select(i => i.ItemId).Order().ToListAsync(ct))
        {
            await db.AppendAsync(
                item, Time.GetUtcNow(), Actors.Server(options.Name), CustodyEventKind.DeadlineChanged,
                $"access request {id}: from {Show(before)} to {Show(due.At)}, by the working-day calendar as imported", ct);
        }
    }

    private async Task TellAsync(CancellationToken ct)
    {
        var now = Time.GetUtcNow();
        var late = await catalogue.ReadAsync(
            db => db.AccessRequests.Where(r => r.State == AccessState.Entered && r.DueAt < now && !db.Told.Any(t => t.Subject == r.Id && t.What == EventTypes.AccessOverdue))
                .Select(r => r.Id).ToListAsync(ct),
            ct);
        foreach (var id in late)
        {
            await catalogue.WriteAsync(
                async db =>
                {
                    await db.Database.ExecuteSqlAsync($"select 1 from access_requests where id = {id} for update", ct);
                    var request = await db.AccessRequests.AsNoTracking().SingleAsync(r => r.Id == id, ct);
                    if (request.State == AccessState.Entered && request.DueAt < now)
                        await db.TellOnceAsync(id, Outbox.New(EventTypes.AccessOverdue, now, null, new { request = id, dueAt = request.DueAt }), ct);
                },
                ct);
        }
    }

    private string Show(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, options.AgencyZone).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
}

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Access requests can't be kept at the moment, tried again: {Reason}")]
    public static partial void AccessStalled(this ILogger logger, string reason);
}
