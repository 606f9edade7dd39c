using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deadlines;
using EvidenceIngest.Domain.Events;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Calendar;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Events;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Recorders;

/// <summary>
/// 领用、归还. Handing a recorder out assigns it; putting it into a bay has its recordings read. A recorder that is out so long that
/// what it holds would soon be late is an alarm, while there is still time.
/// </summary>
internal sealed class RecorderIssues(
    EvidenceCatalogue catalogue, CatalogueStart start, Assignments assignments, EventsOptions events, ServerOptions options, TimeProvider time, ILogger<RecorderIssues> log)
    : Rounds(start, TimeSpan.FromMinutes(1), time)
{
    private const int MostListed = 500;

    private static readonly TimeSpan LongestShift = TimeSpan.FromDays(31);

    /// <summary>Idempotent while the same officer has it for the same shift.</summary>
    public async Task<IssueView> IssueAsync(string recorder, IssueRequest request, Caller by, CancellationToken ct)
    {
        var assignment = new AssignmentRequest(request.OfficerNumber, request.OfficerName, request.Agency, null, request.Unit);
        assignments.Check(recorder, assignment);
        var now = Time.GetUtcNow();
        if (request.ShiftEndsAt < now || request.ShiftEndsAt > now + LongestShift)
            throw RequestRefusedException.Invalid("shiftEndsAt", $"交还时间应在 {LongestShift.TotalDays:F0} 天以内 / must lie within {LongestShift.TotalDays:F0} days from now");
        return await catalogue.WriteAsync(
            async db =>
            {
                // Locks the recorder first, as everything does that assigns it.
                await assignments.AssignAsync(db, recorder, assignment, by, ct);
                if (await db.Recorders.AnyAsync(r => r.Id == recorder && r.State == RecorderState.Withdrawn, ct))
                    throw RequestRefusedException.Conflict($"记录仪 {recorder} 已停用，请先恢复使用 / recorder {recorder} is out of service: put it into service first");
                if (await OpenAsync(db, recorder, ct) is { } open)
                {
                    if (open.OfficerNumber == request.OfficerNumber && open.ShiftEndsAt == request.ShiftEndsAt.ToMicroseconds())
                        return await ViewAsync(db, open, ct);
                    if (open.DockedAt is null && open.OfficerNumber != request.OfficerNumber)
                        throw RequestRefusedException.Conflict($"记录仪 {recorder} 由 {open.OfficerName}（{open.OfficerNumber}）领用，此后没有采集过：请先归还，或者先插入采集站 / recorder {recorder} is out with {open.OfficerName} ({open.OfficerNumber}) and no dock has read it since: take it back first, or put it into a bay");
                    await CloseAsync(db, open, open.DockedAt is null ? by.Name : "dock", open.DockedAt ?? now, null, now, ct);
                }

                var unit = await db.Recorders.Where(r => r.Id == recorder).Select(r => r.UnitId).SingleAsync(ct);
                var issue = new RecorderIssue
                {
                    Id = Guid.NewGuid(), RecorderId = recorder, OfficerNumber = request.OfficerNumber, OfficerName = request.OfficerName, UnitId = unit!,
                    IssuedAt = now, IssuedBy = by.Name, ShiftEndsAt = request.ShiftEndsAt.ToMicroseconds(),
                };
                db.Add(issue);
                await db.AppendToServiceAsync(
                    new NewEvent(now, Actors.Operator(by.Name), CustodyEventKind.RecorderIssued, $"recorder {recorder} to {issue.OfficerName} ({issue.OfficerNumber}) until {issue.ShiftEndsAt.UtcDateTime:O}"), ct);
                return await ViewAsync(db, issue, ct);
            },
            ct);
    }

    /// <summary>Idempotent: what came back already stays as it is.</summary>
    public async Task<IssueView> ReturnAsync(string recorder, ReturnRequest request, string by, CancellationToken ct)
    {
        Texts.Allow(request.Note, "note", 500);
        return await catalogue.WriteAsync(
            async db =>
            {
                await db.Database.ExecuteSqlAsync($"select 1 from recorders where id = {recorder} for update", ct);
                var last = await db.RecorderIssues.Where(i => i.RecorderId == recorder).OrderByDescending(i => i.IssuedAt).FirstOrDefaultAsync(ct)
                    ?? throw RequestRefusedException.Conflict($"记录仪 {recorder} 没有领用记录，无须归还 / recorder {recorder} was never handed out: there is nothing to take back");
                var now = Time.GetUtcNow();
                if (last.ReturnedAt is null)
                    await CloseAsync(db, last, by, now, request.Note, now, ct);
                return await ViewAsync(db, last, ct);
            },
            ct);
    }

    /// <param name="reach">Whose.</param>
    /// <param name="isOut">Only those that are out.</param>
    /// <param name="ct">Ends it.</param>
    /// <returns>The latest first.</returns>
    public Task<IReadOnlyList<IssueView>> ListAsync(Reach reach, bool isOut, CancellationToken ct) => catalogue.ReadAsync(
        async db =>
        {
            var issues = await reach.Of(db.RecorderIssues).Where(i => !isOut || i.ReturnedAt == null).OrderByDescending(i => i.IssuedAt).ThenBy(i => i.Id).Take(MostListed).ToListAsync(ct);
            var calendar = await db.WorkingDaysAsync(ct);
            return (IReadOnlyList<IssueView>)[.. issues.Select(i => View(i, calendar))];
        },
        ct);

    /// <summary>Part of a dock's report: what stands in a bay is not out.</summary>
    public static async Task DockedAsync(CatalogueDb db, IEnumerable<string> recorders, DateTimeOffset now, CancellationToken ct)
    {
        var seen = recorders.ToList();
        if (seen.Count > 0)
        {
            await db.RecorderIssues.Where(i => i.ReturnedAt == null && seen.Contains(i.RecorderId))
                .ExecuteUpdateAsync(set => set.SetProperty(i => i.DockedAt, now).SetProperty(i => i.AlarmedAt, (DateTimeOffset?)null), ct);
        }
    }

    /// <summary>Raises the alarm for what is out too long.</summary>
    internal override async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        // Nothing is due before the day after; most are back by then.
        var before = Time.GetUtcNow() - TimeSpan.FromHours(12);
        var (calendar, issues) = await catalogue.ReadAsync(
            async db => (await db.WorkingDaysAsync(ct), await db.RecorderIssues.Where(i => i.ReturnedAt == null && i.AlarmedAt == null && (i.DockedAt ?? i.IssuedAt) < before).ToListAsync(ct)), ct);
        foreach (var issue in issues.Where(i => i.DueAt(calendar, options.AgencyZone) - events.DeadlineNear <= Time.GetUtcNow()))
            await catalogue.WriteAsync(db => AlarmAsync(db, issue.Id, issue.DueAt(calendar, options.AgencyZone), ct), ct);
        return false;
    }

    protected override void TellStalled(string reason) => log.IssuesStalled(reason);

    private static Task<RecorderIssue?> OpenAsync(CatalogueDb db, string recorder, CancellationToken ct) =>
        db.RecorderIssues.SingleOrDefaultAsync(i => i.RecorderId == recorder && i.ReturnedAt == null, ct);

    private static Task CloseAsync(CatalogueDb db, RecorderIssue open, string by, DateTimeOffset at, string? note, DateTimeOffset now, CancellationToken ct)
    {
        (open.ReturnedAt, open.ReturnedBy, open.Note, open.AlarmedAt) = (at, by, note, null);
        return db.AppendToServiceAsync(
            new NewEvent(
                now, Actors.Operator(by), CustodyEventKind.RecorderReturned,
                $"recorder {open.RecorderId} from {open.OfficerName} ({open.OfficerNumber}), {(open.DockedAt is { } docked ? $"seen in a bay at {docked.UtcDateTime:O}" : "not seen in a bay since it was handed out")}{(note is null ? "" : $": {note}")}"),
            ct);
    }

    private async Task AlarmAsync(CatalogueDb db, Guid id, DateTimeOffset due, CancellationToken ct)
    {
        var issue = await db.RecorderIssues.SingleAsync(i => i.Id == id, ct);
        await db.Database.ExecuteSqlAsync($"select 1 from recorders where id = {issue.RecorderId} for update", ct);
        await db.Entry(issue).ReloadAsync(ct);
        var now = Time.GetUtcNow();
        // Taken back or docked meanwhile.
        if (issue is { ReturnedAt: not null } or { AlarmedAt: not null } || issue.DockedAt > now - TimeSpan.FromHours(1))
            return;
        issue.AlarmedAt = now;
        db.Tell(issue.RecorderId, Outbox.New(EventTypes.RecorderOverdue, now, null, new { recorder = issue.RecorderId, officer = issue.OfficerNumber, issuedAt = issue.IssuedAt, dueAt = due }));
        await db.AppendToServiceAsync(
            new NewEvent(
                now, Actors.Server(options.Name), CustodyEventKind.RecorderOverdue,
                $"recorder {issue.RecorderId}, with {issue.OfficerName} ({issue.OfficerNumber}) since {issue.IssuedAt.UtcDateTime:O}: what it holds is late after {due.UtcDateTime:O}"),
            ct);
    }

    private async Task<IssueView> ViewAsync(CatalogueDb db, RecorderIssue issue, CancellationToken ct) => View(issue, await db.WorkingDaysAsync(ct));

    private IssueView View(RecorderIssue i, WorkingDayCalendar calendar) => new(
        i.RecorderId, i.OfficerNumber, i.OfficerName, i.UnitId, i.IssuedAt, i.IssuedBy, i.ShiftEndsAt, i.DockedAt,
        i.ReturnedAt is null ? i.DueAt(calendar, options.AgencyZone) : null, i.AlarmedAt, i.ReturnedAt, i.ReturnedBy, i.Note);
}
