using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.People;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Reminders;

/// <summary>What is owed by now, as the catalogue says it itself: nothing here knows what anybody was told.</summary>
internal sealed class OwedDuties(ServerOptions options, TimeProvider time)
{
    private static readonly (int Month, int Day) YearlyFrom = (1, 10);

    /// <summary>Composable: part of larger queries.</summary>
    public IQueryable<Owed> Of(CatalogueDb db, DutyKind kind)
    {
        var zone = options.AgencyZone.Id;
        return db.Database.SqlQuery<Owed>(kind switch
        {
            DutyKind.Storage =>
                $"""
                 select i.id as "Subject", i.id as "About", i.unit_id as "Unit", array_remove(array[i.producer_number], null) as "Officers", i.secrecy = 'StateSecret' as "IsSecret",
                     (i.deadline_at at time zone {zone})::date as "From"
                 from items i where i.sidecar_role is null and i.sealed_at is null and i.deadline_at is not null
                 """,
            DutyKind.Requirements =>
                $"""
                 select i.id as "Subject", i.id as "About", i.unit_id as "Unit", array_remove(array[i.producer_number], null) as "Officers", i.secrecy = 'StateSecret' as "IsSecret",
                     (i.sealed_at at time zone {zone})::date as "From"
                 from items i where i.incomplete and i.sealed_at is not null and i.sidecar_role is null and i.state <> 'Disposed'
                 """,
            DutyKind.CaseFile =>
                $"""
                 select c.number as "Subject", c.number as "About", c.unit_id as "Unit", array(select jsonb_array_elements_text(c.officers)) as "Officers", false as "IsSecret", c.executed_on as "From"
                 from cases c where c.state = 'Closed' and c.executed_on is not null and c.package_id is null
                 """,
            // Requests that name items of several units are for who reaches all of these. With a state secret among them that is nobody.
            DutyKind.AccessDecision =>
                $"""
                 select r.id as "Subject", r.id as "About", case when count(distinct i.unit_id) = 1 then min(i.unit_id) else {Unit.Root} end as "Unit", array[]::text[] as "Officers",
                     bool_or(i.secrecy = 'StateSecret') as "IsSecret", (r.due_at at time zone {zone})::date as "From"
                 from access_requests r join access_request_items l on l.request_id = r.id join items i on i.id = l.item_id
                 where r.state = 'Entered' group by r.id
                 having not (bool_or(i.secrecy = 'StateSecret') and count(distinct i.unit_id) > 1)
                 """,
            DutyKind.RecorderOut =>
                $"""
                 select r.id::text as "Subject", r.recorder_id as "About", r.unit_id as "Unit", array[r.officer_number] as "Officers", false as "IsSecret",
                     (coalesce(r.docked_at, r.issued_at) at time zone {zone})::date as "From"
                 from recorder_issues r where r.returned_at is null
                 """,
            DutyKind.ReviewCorrection =>
                $"""
                 select f.id as "Subject", f.number as "About", f.unit_id as "Unit", array(select jsonb_array_elements_text(c.officers)) as "Officers", false as "IsSecret",
                     (coalesce(f.judged_at, f.found_at) at time zone {zone})::date as "From"
                 from review_findings f join cases c on c.number = f.number where f.state = 'Open'
                 """,
            DutyKind.YearlyFigures => Yearly(),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        });
    }

    /// <summary>Holds off whatever may meet these duties until the transaction ends, in the order that everybody takes rows in.</summary>
    public static Task LockAsync(CatalogueDb db, DutyKind kind, List<string> subjects, CancellationToken ct)
    {
        var ids = subjects.ToArray();
        return kind switch
        {
            DutyKind.Storage or DutyKind.Requirements => db.LockItemsAsync(ids, ct),
            DutyKind.CaseFile => db.Database.ExecuteSqlAsync($"select 1 from cases where number = any({ids}) order by number for update", ct),
            DutyKind.AccessDecision => db.Database.ExecuteSqlAsync($"select 1 from access_requests where id = any({ids}) order by id for update", ct),
            DutyKind.RecorderOut => db.Database.ExecuteSqlAsync($"select 1 from recorder_issues where id::text = any({ids}) order by id for update", ct),
            DutyKind.ReviewCorrection => db.Database.ExecuteSqlAsync($"select 1 from review_findings where id = any({ids}) order by id for update", ct),
            // An edition that is fixed meanwhile is seen a minute later.
            _ => Task.CompletedTask,
        };
    }

    /// <summary>
    /// Agencies that recorded anything in the year and have no edition of its figures. An installation without agencies is one itself. What the head was told of
    /// stands until there is an edition, whatever year or clock it is.
    /// </summary>
    private FormattableString Yearly()
    {
        var (zone, today) = (options.AgencyZone.Id, DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time.GetUtcNow(), options.AgencyZone).DateTime));
        var (year, isTime) = (today.Year - 1, today >= YearlyDay(today));
        return
            $"""
             select y.year::text || '/' || u.id as "Subject", u.id as "About", u.id as "Unit", array[]::text[] as "Officers", false as "IsSecret", make_date(y.year + 1, 1, 31) as "From"
             from units u cross join (
                 select {year} as year where {isTime}
                 union select split_part(subject, '/', 1)::int from duties where kind = 'YearlyFigures' and ended_at is null) y
             where (u.kind = 'Agency' or (u.id = {Unit.Root} and not exists (select 1 from units where kind = 'Agency')))
                 and not exists (select 1 from yearly_editions e where e.year = y.year and e.unit_id = u.id)
                 and exists (
                     select 1 from items i join units b on b.id = i.unit_id
                     where starts_with(b.path, u.path) and i.made_at >= make_timestamptz(y.year, 1, 1, 0, 0, 0, {zone}) and i.made_at < make_timestamptz(y.year + 1, 1, 1, 0, 0, 0, {zone})
                         and i.sidecar_role is null and i.secrecy <> 'StateSecret')
             """;
    }

    /// <summary>From which day on the head of an agency is told of its yearly figures.</summary>
    public static DateOnly YearlyDay(DateOnly due) => new(due.Year, YearlyFrom.Month, YearlyFrom.Day);
}

/// <summary>A duty that stands in the catalogue's own tables.</summary>
internal sealed class Owed
{
    public required string Subject { get; init; }

    /// <summary>What people and events call it: the item, case, access request, recorder or unit.</summary>
    public required string About { get; init; }

    public required string Unit { get; init; }

    public required string[] Officers { get; init; }

    public required bool IsSecret { get; init; }

    /// <summary>What its term is counted from, in the agency's zone; where the catalogue keeps the deadline, its day.</summary>
    public required DateOnly From { get; init; }
}
