using System.Globalization;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Events;
using EvidenceIngest.Server.Calendar;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Events;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Reminders;

/// <summary>
/// Writes down what is told: the reminder, its custody event and its event for others in one transaction, which looks again whether the duty still stands.
/// Idempotent: what was told is not told again, by whichever server.
/// </summary>
internal sealed class ReminderTelling(OwedDuties owed, ServerOptions options, TimeProvider time)
{
    // Any number does, as long as nothing else in this database uses it.
    private const long RemindersLock = 0x45_56_52_4D;

    /// <summary>Writes down duties that nobody was told of yet.</summary>
    /// <returns>How many.</returns>
    public async Task<int> BeginAsync(CatalogueDb db, DutyKind kind, List<string> subjects, CancellationToken ct)
    {
        var terms = await LockAsync(db, kind, subjects, ct);
        var begun = await db.Duties.Where(d => d.Kind == kind && subjects.Contains(d.Subject) && d.EndedAt == null).Select(d => d.Subject).ToListAsync(ct);
        var fresh = await owed.Of(db, kind).Where(o => subjects.Contains(o.Subject) && !begun.Contains(o.Subject)).ToListAsync(ct);
        var now = time.GetUtcNow();
        db.AddRange(fresh.Select(o => new Duty
        {
            Id = Guid.CreateVersion7(now), Kind = kind, Subject = o.Subject, About = o.About, UnitId = o.Unit, Officers = o.Officers, IsSecret = o.IsSecret, CountedFrom = o.From,
            DueAt = terms.DueAt(kind, o.From), CalendarMissing = terms.IsEstimate(kind, o.From), BeganAt = now,
        }));
        return fresh.Count;
    }

    /// <summary>What is to be changed about open duties.</summary>
    public async Task<List<(Duty Duty, DutyPlan Plan, Owed? Owed)>> PlanAsync(CatalogueDb db, DutyKind kind, List<Duty> duties, DutyTerms terms, CancellationToken ct)
    {
        var (ids, subjects) = (duties.ConvertAll(d => d.Id), duties.ConvertAll(d => d.Subject));
        var told = (await db.Reminders.Where(r => ids.Contains(r.DutyId) && r.OutdatedAt == null).ToListAsync(ct)).ToLookup(r => r.DutyId);
        var stands = await owed.Of(db, kind).Where(o => subjects.Contains(o.Subject)).ToDictionaryAsync(o => o.Subject, ct);
        var now = time.GetUtcNow();
        return duties.ConvertAll(d => (d, DutyPlan.For(d, [.. told[d.Id]], stands.GetValueOrDefault(d.Subject), terms, now), stands.GetValueOrDefault(d.Subject)));
    }

    /// <summary>Does what is due about these duties by now.</summary>
    public async Task ApplyAsync(CatalogueDb db, DutyKind kind, List<string> subjects, CancellationToken ct)
    {
        var terms = await LockAsync(db, kind, subjects, ct);
        var duties = await db.Duties.Where(d => d.Kind == kind && subjects.Contains(d.Subject) && d.EndedAt == null).OrderBy(d => d.Subject).ToListAsync(ct);
        var now = time.GetUtcNow();
        var events = new List<(string Subject, NewEvent Event)>();
        foreach (var (duty, plan, stands) in await PlanAsync(db, kind, duties, terms, ct))
        {
            if (plan.IsOver)
                duty.EndedAt = now;
            else if (!plan.IsNothing)
                events.AddRange(Change(db, duty, plan, stands!, terms, now).Select(e => (duty.Subject, e)));
        }

        if (kind is DutyKind.Storage or DutyKind.Requirements)
            await db.AppendToItemsAsync(events.ToLookup(e => e.Subject, e => e.Event), ct);
        else
            await db.AppendAsync(CustodyLog.ServiceChain, events.ConvertAll(e => e.Event), ct);
    }

    private List<NewEvent> Change(CatalogueDb db, Duty duty, DutyPlan plan, Owed stands, DutyTerms terms, DateTimeOffset now)
    {
        var (actor, events) = (Actors.Server(options.Name), new List<NewEvent>());
        (duty.UnitId, duty.Officers, duty.IsSecret) = (stands.Unit, stands.Officers, stands.IsSecret);
        if (plan.Moved)
        {
            var due = terms.DueAt(duty.Kind, stands.From);
            if (due != duty.DueAt)
            {
                duty.Moves = [.. duty.Moves, new DutyMove(now, duty.DueAt, due)];
                var again = plan.Outdated.Count == 0 ? "" : $"; told too early by that, and told again when it is time: {string.Join(", ", plan.Outdated.Select(o => $"{o.Role} at {o.ToldAt.UtcDateTime:O}"))}";
                events.Add(new NewEvent(now, actor, CustodyEventKind.ReminderRecounted, $"{duty.Kind} of {duty.About}: from {Local(duty.DueAt)} to {Local(due)}{again}"));
            }

            (duty.CountedFrom, duty.DueAt, duty.CalendarMissing) = (stands.From, due, terms.IsEstimate(duty.Kind, stands.From));
            foreach (var outdated in plan.Outdated)
                outdated.OutdatedAt = now;
        }

        foreach (var step in plan.Steps)
        {
            db.Add(new Reminder { Id = Guid.CreateVersion7(now), DutyId = duty.Id, Role = step.Role, ToldAt = now, DueAt = duty.DueAt });
            db.Tell(duty.About, Outbox.New(EventName(duty.Kind), now, null, new { duty = duty.Kind, about = duty.About, unit = duty.UnitId, role = step.Role, dueAt = duty.DueAt }));
            events.Add(new NewEvent(now, actor, CustodyEventKind.ReminderTold, $"{duty.Kind} of {duty.About}: {step.Role} of {duty.UnitId}, due {Local(duty.DueAt)}"));
        }

        return events;
    }

    private static string EventName(DutyKind kind) => kind switch
    {
        DutyKind.Storage or DutyKind.Requirements => EventTypes.ItemReminder,
        DutyKind.CaseFile or DutyKind.ReviewCorrection => EventTypes.CaseReminder,
        DutyKind.RecorderOut => EventTypes.RecorderReminder,
        DutyKind.AccessDecision => EventTypes.AccessReminder,
        _ => EventTypes.UnitReminder,
    };

    /// <summary>Until the transaction ends nobody else tells, and nothing happens to what these are about. Imports of calendars lock before items, too.</summary>
    private async Task<DutyTerms> LockAsync(CatalogueDb db, DutyKind kind, List<string> subjects, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock({RemindersLock})", ct);
        var terms = new DutyTerms(options.Reminders, options.AgencyZone, await db.WorkingDaysAsync(ct));
        await OwedDuties.LockAsync(db, kind, subjects, ct);
        return terms;
    }

    private string Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, options.AgencyZone).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
}
