using EvidenceIngest.Domain.Deadlines;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Calendar;
using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Reminders;

/// <summary>Shows people what they are reminded of. Whether it is done is looked up in what it is about, not in what was told.</summary>
internal sealed class ReminderReading(EvidenceCatalogue catalogue, OwedDuties owed, ServerOptions options, TimeProvider time)
{
    private const int Most = 200;
    private const int MostNotHeld = 50;
    private const string OpenPage = "o";
    private const string DonePage = "d";

    /// <param name="caller">Who reads.</param>
    /// <param name="cursor">Where the page before ended.</param>
    /// <param name="limit">1 to 200.</param>
    /// <param name="ct">Ends it.</param>
    public Task<ReminderPage> ListAsync(Caller caller, string? cursor, int limit, CancellationToken ct)
    {
        limit = Math.Clamp(limit, 1, Most);
        var (isDone, after) = Parse(cursor);
        return catalogue.ReadAsync(
            async db =>
            {
                var responsibility = await Responsibility.ReadAsync(db, ct);
                var mine = (await Recipient.ReadAsync(db, caller, responsibility, ct)).Of(db);
                List<AddressedReminder> rows = isDone ? [] : await Open(mine, after).Take(limit + 1).ToListAsync(ct);
                if (rows.Count <= limit)
                    rows.AddRange(await Done(mine, isDone ? after : null).Take(limit + 1 - rows.Count).ToListAsync(ct));
                var next = rows.Count > limit ? rows[limit - 1] : null;
                return new ReminderPage(await ViewAsync(db, [.. rows.Take(limit)], caller.Name, responsibility, ct), next is null ? null : Cursor(next));
            },
            ct);
    }

    public Task<ReminderCounts> CountAsync(Caller caller, CancellationToken ct) => catalogue.ReadAsync(
        async db =>
        {
            var (now, who) = (time.GetUtcNow(), caller.Name);
            var open = (await Recipient.ReadAsync(db, caller, await Responsibility.ReadAsync(db, ct), ct)).Of(db).Where(a => a.Duty.EndedAt == null);
            return new ReminderCounts(
                await open.CountAsync(ct), await open.CountAsync(a => a.Duty.DueAt < now, ct),
                await open.CountAsync(a => !db.ReminderLooks.Any(l => l.ReminderId == a.Reminder.Id && l.Who == who), ct));
        },
        ct);

    /// <summary>Idempotent: the first look counts.</summary>
    public Task<ReminderView> SeeAsync(Caller caller, string id, CancellationToken ct) => catalogue.WriteAsync(
        async db =>
        {
            var responsibility = await Responsibility.ReadAsync(db, ct);
            var mine = (await Recipient.ReadAsync(db, caller, responsibility, ct)).Of(db).AsNoTracking();
            var row = Guid.TryParse(id, out var number) ? await mine.SingleOrDefaultAsync(a => a.Reminder.Id == number, ct) : null;
            if (row is null)
                throw RequestRefusedException.NotFound("没有发给您的这条提醒：可能编号有误，或者已转由现任人员办理。请重新查看提醒列表。");
            await db.Database.ExecuteSqlAsync(
                $"insert into reminder_looks (reminder_id, who, seen_at) values ({number}, {caller.Name}, {time.GetUtcMilliseconds()}) on conflict do nothing", ct);
            return (await ViewAsync(db, [row], caller.Name, responsibility, ct))[0];
        },
        ct);

    public Task<ReminderStatus> StatusAsync(CancellationToken ct) => catalogue.ReadAsync(
        async db =>
        {
            var now = time.GetUtcNow();
            var open = db.Duties.Where(d => d.EndedAt == null && db.Reminders.Any(r => r.DutyId == d.Id));
            var told = await db.Database.SqlQuery<ToldTo>(
                $"""
                 select r.role as "Role", d.unit_id as "Unit", d.is_secret as "IsSecret", d.officers as "Officers", count(*)::int as "Reminders"
                 from reminders r join duties d on d.id = r.duty_id where d.ended_at is null and r.outdated_at is null
                 group by r.role, d.unit_id, d.is_secret, d.officers
                 """).ToListAsync(ct);
            var responsibility = await Responsibility.ReadAsync(db, ct);
            var notHeld = told.Where(t => !responsibility.IsHeld(Enum.Parse<Role>(t.Role), t.Unit, t.IsSecret, t.Officers))
                .GroupBy(t => (t.Role, t.Unit)).Select(g => new RoleNotHeld(Enum.Parse<Role>(g.Key.Role), g.Key.Unit, g.Sum(t => t.Reminders)));
            return new ReminderStatus(await open.CountAsync(ct), await open.CountAsync(d => d.DueAt < now, ct), [.. notHeld.OrderByDescending(n => n.Reminders).Take(MostNotHeld)]);
        },
        ct);

    private static IQueryable<AddressedReminder> Open(IQueryable<AddressedReminder> mine, PageCursor? after)
    {
        mine = mine.Where(a => a.Duty.EndedAt == null);
        if (after is { At: var at, Id: var text } && Guid.Parse(text) is var id)
            mine = mine.Where(a => a.Duty.DueAt > at || (a.Duty.DueAt == at && a.Reminder.Id > id));
        return mine.OrderBy(a => a.Duty.DueAt).ThenBy(a => a.Reminder.Id);
    }

    private static IQueryable<AddressedReminder> Done(IQueryable<AddressedReminder> mine, PageCursor? after)
    {
        mine = mine.Where(a => a.Duty.EndedAt != null);
        if (after is { At: var at, Id: var text } && Guid.Parse(text) is var id)
            mine = mine.Where(a => a.Duty.EndedAt < at || (a.Duty.EndedAt == at && a.Reminder.Id > id));
        return mine.OrderByDescending(a => a.Duty.EndedAt).ThenBy(a => a.Reminder.Id);
    }

    private static string Cursor(AddressedReminder last) => last.Duty.EndedAt is { } ended
        ? $"{DonePage}.{new PageCursor(ended, last.Reminder.Id.ToString())}"
        : $"{OpenPage}.{new PageCursor(last.Duty.DueAt, last.Reminder.Id.ToString())}";

    private static (bool IsDone, PageCursor? After) Parse(string? cursor)
    {
        if (string.IsNullOrEmpty(cursor))
            return (false, null);
        return cursor.Split('.', 2) is [OpenPage or DonePage, var place] parts && PageCursor.Parse(place) is { } after && Guid.TryParse(after.Id, out _)
            ? (parts[0] == DonePage, after)
            : throw RequestRefusedException.Invalid("cursor", "翻页标记无效，请从第一页重新查询 / is not one that this server made");
    }

    private async Task<List<ReminderView>> ViewAsync(CatalogueDb db, List<AddressedReminder> rows, string who, Responsibility responsibility, CancellationToken ct)
    {
        var (duties, ids) = (rows.Select(r => r.Duty.Id).Distinct().ToList(), rows.ConvertAll(r => r.Reminder.Id));
        var (subjects, unitIds) = (rows.Select(r => r.Duty.Subject).Distinct().ToList(), rows.Select(r => r.Unit).Distinct().ToList());
        var told = (await db.Reminders.AsNoTracking().Where(r => duties.Contains(r.DutyId)).ToListAsync(ct)).ToLookup(r => r.DutyId);
        var seen = await db.ReminderLooks.AsNoTracking().Where(l => l.Who == who && ids.Contains(l.ReminderId)).ToDictionaryAsync(l => l.ReminderId, l => l.SeenAt, ct);
        var units = await db.Units.AsNoTracking().Where(u => unitIds.Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
        var items = await db.Items.AsNoTracking().Include(i => i.Facts).Where(i => subjects.Contains(i.Id)).ToDictionaryAsync(i => i.Id, ct);
        var requests = await db.AccessRequests.AsNoTracking().Where(r => subjects.Contains(r.Id)).ToDictionaryAsync(r => r.Id, r => (r.ReceivedOn, r.TermDays), ct);
        var standing = await StandingAsync(db, rows, ct);
        var calendar = await db.WorkingDaysAsync(ct);
        var (terms, now) = (new DutyTerms(options.Reminders, options.AgencyZone, calendar), time.GetUtcMilliseconds());
        return rows.ConvertAll(row =>
        {
            var (duty, item) = (row.Duty, items.GetValueOrDefault(row.Duty.Subject));
            // Met since the last round: that will be written down within a minute.
            var done = duty.EndedAt ?? (standing.Contains((duty.Kind, duty.Subject)) ? null : now);
            var lacks = item is null ? "" : string.Join('、', Completeness.Missing(item.Kind, item.Metadata(), item.TranscriptConfirmed).Select(EvidenceWords.Chinese));
            var days = duty.Kind == DutyKind.Storage ? item?.Deadline(calendar, options.AgencyZone)?.Days
                : requests.TryGetValue(duty.Subject, out var asked) ? AccessDeadline.For(asked.ReceivedOn, asked.TermDays, calendar, options.AgencyZone).Days
                : terms.Count(duty.Kind, duty.CountedFrom)?.Days;
            return new ReminderView(
                row.Reminder.Id.ToString(), duty.Kind, DutyWords.Title(duty.Kind), done is null ? DutyWords.ToDo(duty.Kind, row.Reminder.Role, lacks) : "已经办理，或者不再需要办理。",
                duty.About, DutyWords.Address(duty), row.Unit, units.GetValueOrDefault(row.Unit, row.Unit), row.Reminder.Role,
                TimeZoneInfo.ConvertTime(duty.DueAt, options.AgencyZone), done is null && duty.DueAt < now, duty.CalendarMissing,
                DutyWords.Counted(duty.Kind, duty.CountedFrom, options.Reminders), days,
                [.. told[duty.Id].OrderBy(t => t.ToldAt).ThenBy(t => t.Id).Select(t => new ToldStep(t.Role, t.ToldAt, t.DueAt, t.OutdatedAt, responsibility.IsHeld(t.Role, row.Unit, row.IsSecret, duty.Officers)))],
                duty.Moves, seen.TryGetValue(row.Reminder.Id, out var at) ? at : null, done);
        });
    }

    /// <summary>Which of the open duties are owed at this moment.</summary>
    private async Task<HashSet<(DutyKind, string)>> StandingAsync(CatalogueDb db, List<AddressedReminder> rows, CancellationToken ct)
    {
        var standing = new HashSet<(DutyKind, string)>();
        foreach (var kind in rows.Select(r => r.Duty).Where(d => d.EndedAt is null).GroupBy(d => d.Kind, d => (d.Subject, d.CountedFrom)))
        {
            var subjects = kind.Select(d => d.Subject).Distinct().ToList();
            var found = await owed.Of(db, kind.Key).Where(o => subjects.Contains(o.Subject)).ToListAsync(ct);
            var began = kind.Distinct().ToDictionary(d => d.Subject, d => d.CountedFrom, StringComparer.Ordinal);
            standing.UnionWith(found.Where(o => kind.Key != DutyKind.RecorderOut || o.From <= began[o.Subject]).Select(o => (kind.Key, o.Subject)));
        }

        return standing;
    }

    private sealed record ToldTo(string Role, string Unit, bool IsSecret, string[] Officers, int Reminders);
}

internal static class ReminderEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var mine = api.MapGroup("/me/reminders").RequireToken(TokenKind.Operator, Scopes.Reminders).Concerns(Data.CallersOwn).WithTags("Reminders");
        mine.MapGet("", async (HttpContext http, ReminderReading reminders, CancellationToken ct, string? cursor = null, int limit = 50) =>
            TypedResults.Ok(await reminders.ListAsync(http.Caller(), cursor, limit, ct))).ProducesProblem(StatusCodes.Status400BadRequest);
        mine.MapGet("/count", async (HttpContext http, ReminderReading reminders, CancellationToken ct) => TypedResults.Ok(await reminders.CountAsync(http.Caller(), ct)));
        mine.MapPost("/{id}/seen", async (string id, HttpContext http, ReminderReading reminders, CancellationToken ct) =>
            TypedResults.Ok(await reminders.SeeAsync(http.Caller(), id, ct))).ProducesProblem(StatusCodes.Status404NotFound);
    }
}
