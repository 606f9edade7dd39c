using System.Text.Json;
using EvidenceIngest.Server.Calendar;
using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Reminders;

/// <summary>
/// Looks for duties whose first reminder is due, ends those that are met, counts anew those whose deadline moved, and has told what is to be told. A page of
/// duties at a time, each in one transaction; any number of servers may run it.
/// </summary>
internal sealed class ReminderKeeper(
    EvidenceCatalogue catalogue, CatalogueStart start, OwedDuties owed, ReminderTelling telling, ServerOptions options, TimeProvider time, ILogger<ReminderKeeper> log)
    : Rounds(start, TimeSpan.FromMinutes(1), time)
{
    /// <summary>Bounds memory and how long a transaction holds its locks.</summary>
    internal const int PerPage = 250;

    internal override async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        var terms = await catalogue.ReadAsync(async db => new DutyTerms(options.Reminders, options.AgencyZone, await db.WorkingDaysAsync(ct)), ct);
        foreach (var kind in Enum.GetValues<DutyKind>())
        {
            await BeginAsync(kind, terms, ct);
            await FollowAsync(kind, terms, ct);
        }

        return false;
    }

    protected override void TellStalled(string reason) => log.RemindersStalled(reason);

    private async Task BeginAsync(DutyKind kind, DutyTerms terms, CancellationToken ct)
    {
        if (terms.ToldFrom(kind, Time.GetUtcNow()) is not { } latest)
            return;
        List<string> fresh;
        do
        {
            fresh = await catalogue.ReadAsync(
                db => owed.Of(db, kind).Where(o => o.From <= latest && !db.Duties.Any(d => d.Kind == kind && d.Subject == o.Subject && d.EndedAt == null))
                    .OrderBy(o => o.Subject).Take(PerPage).Select(o => o.Subject).ToListAsync(ct),
                ct);
        }
        while (fresh.Count > 0 && await catalogue.WriteAsync(db => telling.BeginAsync(db, kind, fresh, ct), ct) > 0 && fresh.Count == PerPage);
    }

    private async Task FollowAsync(DutyKind kind, DutyTerms terms, CancellationToken ct)
    {
        var after = "";
        while (true)
        {
            var last = after;
            var page = await catalogue.ReadAsync(
                db => db.Duties.Where(d => d.Kind == kind && d.EndedAt == null && d.Subject.CompareTo(last) > 0).OrderBy(d => d.Subject).Take(PerPage).ToListAsync(ct), ct);
            var due = await catalogue.ReadAsync(db => telling.PlanAsync(db, kind, page, terms, ct), ct);
            var changed = due.Where(d => !d.Plan.IsNothing).Select(d => d.Duty.Subject).ToList();
            if (changed.Count > 0)
                await ApplyAsync(kind, changed, ct);
            if (page.Count < PerPage)
                return;
            after = page[^1].Subject;
        }
    }

    /// <summary>An item whose chain can't be read is for the log's audit to tell of; the reminders of others don't wait for it.</summary>
    private async Task ApplyAsync(DutyKind kind, List<string> subjects, CancellationToken ct)
    {
        try
        {
            await catalogue.WriteAsync(db => telling.ApplyAsync(db, kind, subjects, ct), ct);
        }
        catch (JsonException) when (subjects.Count > 1)
        {
            foreach (var subject in subjects)
                await ApplyAsync(kind, [subject], ct);
        }
        catch (JsonException e)
        {
            log.ReminderFailed(subjects[0], e.Message);
        }
    }
}

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Nobody is reminded of {Subject} at the moment, its chain can't be read: {Reason}")]
    public static partial void ReminderFailed(this ILogger logger, string subject, string reason);

    [LoggerMessage(LogLevel.Warning, "Reminders can't be kept at the moment, tried again: {Reason}")]
    public static partial void RemindersStalled(this ILogger logger, string reason);
}
