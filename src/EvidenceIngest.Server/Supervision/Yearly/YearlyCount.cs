using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Supervision.Yearly;

/// <summary>
/// Counts a year of a unit and those below. State secrets, and cases and requests that one belongs to, are left out of every figure and every sum
/// (公示办法 article 10): two sums that differ by one would tell that there is one, and when.
/// </summary>
internal sealed class YearlyCount(ServerOptions options, TimeProvider time)
{
    public async Task<SortedDictionary<string, int>> CountAsync(CatalogueDb db, int year, string[] units, CancellationToken ct)
    {
        var (begin, end) = (options.MidnightOf(new DateOnly(year, 1, 1)), options.MidnightOf(new DateOnly(year + 1, 1, 1)));
        var (first, last) = (new DateOnly(year, 1, 1), new DateOnly(year, 12, 31));
        var (now, zone) = (time.GetUtcNow(), options.AgencyZone.Id);
        var rows = await db.Database.SqlQuery<Counted>(
            $"""
             with secret_items as (select id from items where secrecy = 'StateSecret'),
             open_cases as (
                 select c.*, exists (select 1 from case_items l where l.case_number = c.number) as recorded, coalesce(m.whole_recording, false) as whole,
                     (p.made_at at time zone {zone})::date as filed_on
                 from cases c left join matters m on m.id = c.matter_id left join packages p on p.id = c.package_id
                 where c.state = 'Closed' and c.unit_id = any({units})
                     and not exists (select 1 from case_items l join secret_items s on s.id = l.item_id where l.case_number = c.number)
             ),
             counted as (
                 select 'recording' as what, kind as word,
                     case when on_time then 'storedOnTime' when not on_time or (sealed_at is null and deadline_at < {now}) then 'storedLate' else 'termUnknown' end as stored,
                     incomplete, exists (select 1 from case_items l where l.item_id = i.id) as linked
                 from items i
                 where made_at >= {begin} and made_at < {end} and unit_id = any({units}) and sidecar_role is null and secrecy <> 'StateSecret'
             ),
             closed as (select * from open_cases where closed_at >= {begin} and closed_at < {end}),
             due as (
                 select filed_on <= executed_on + 30 as on_time from open_cases
                 where executed_on + 30 between {first} and {last} and (filed_on is not null or executed_on + 30 < ({now} at time zone {zone})::date)
             ),
             asked as (
                 select r.state from access_requests r
                 where r.received_on between {first} and {last} and exists (select 1 from access_request_items l where l.request_id = r.id)
                     and not exists (
                         select 1 from access_request_items l join items i on i.id = l.item_id
                         where l.request_id = r.id and (i.secrecy = 'StateSecret' or not i.unit_id = any({units})))
             ),
             found as (
                 select f.state from review_findings f join open_cases c on c.number = f.number where f.found_at >= {begin} and f.found_at < {end}
             )
             select 'recordings' as "Figure", count(*)::int as "Count" from counted
             union all select case word when 'Video' then 'video' when 'Audio' then 'audio' when 'Photo' then 'photo' else 'otherMedia' end, count(*)::int from counted group by 1
             union all select stored, count(*)::int from counted group by 1
             union all select case when incomplete then 'incomplete' else 'complete' end, count(*)::int from counted group by 1
             union all select case when linked then 'linked' else 'unlinked' end, count(*)::int from counted group by 1
             union all select 'casesClosed', count(*)::int from closed
             union all select case when recorded then 'casesRecorded' else 'casesUnrecorded' end, count(*)::int from closed group by 1
             union all select case when whole then 'casesWhole' else 'casesOther' end, count(*)::int from closed group by 1
             union all select case when footage_state = 'Present' then 'wholePresent' when footage_state in ('Missing', 'Gaps') then 'wholeLacking' else 'wholeUnknown' end, count(*)::int
                 from closed where whole group by 1
             union all select 'filesDue', count(*)::int from due
             union all select case when on_time then 'filesOnTime' else 'filesLate' end, count(*)::int from due group by 1
             union all select 'accessReceived', count(*)::int from asked
             union all select case state when 'Refused' then 'accessRefused' when 'Withdrawn' then 'accessWithdrawn' when 'Entered' then 'accessOpen' else 'accessAgreed' end, count(*)::int from asked group by 1
             union all select 'casesReviewed', count(*)::int from reviewed_cases r join open_cases c on c.number = r.number where r.reviewed_at >= {begin} and r.reviewed_at < {end}
             union all select 'findings', count(*)::int from found
             union all select case when state = 'Closed' then 'findingsClosed' else 'findingsOpen' end, count(*)::int from found group by 1
             """).ToListAsync(ct);
        var counts = new SortedDictionary<string, int>(YearlyFigure.All.ToDictionary(f => f.Id, _ => 0), StringComparer.Ordinal);
        foreach (var row in rows)
            counts[row.Figure] = row.Count;
        return counts;
    }

    private sealed record Counted(string Figure, int Count);
}
