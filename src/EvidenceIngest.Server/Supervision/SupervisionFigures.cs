using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Supervision;

/// <summary>
/// 执法监督: how many recordings came in time, are complete and belong to a case, by unit, officer, dock or month. Counted from
/// the items themselves whenever somebody asks; the register's own filters list the items behind every number.
/// </summary>
internal sealed class SupervisionFigures(EvidenceCatalogue catalogue, ServerOptions options, TimeProvider time)
{
    private const int MostMonths = 36;

    /// <param name="reach">Whose items count.</param>
    /// <param name="from">First day, in the agency's zone; of recording, or of announcement where that is unknown.</param>
    /// <param name="to">Last day.</param>
    /// <param name="by">What the rows are about.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<SupervisionReport> CountAsync(Reach reach, DateOnly from, DateOnly to, SupervisedBy by, CancellationToken ct)
    {
        // Days behind the last one of the calendar can't be added.
        if (from.Year >= 2200)
            throw RequestRefusedException.Invalid("from", "应在 2200 年以前 / must lie before 2200");
        if (to < from || to > from.AddMonths(MostMonths))
            throw RequestRefusedException.Invalid("to", $"应在起始日期之后 {MostMonths} 个月以内 / must lie within {MostMonths} months after from");
        var (begin, end, now, units, zone) = (options.MidnightOf(from), options.MidnightOf(to.AddDays(1)), time.GetUtcNow(), reach.Units?.ToArray(), options.AgencyZone.Id);
        var cleared = reach.Cleared?.ToArray();
        var key = by.ToString();
        var rows = await catalogue.ReadAsync(
            db => db.Database.SqlQuery<SupervisionRow>(
                $"""
                 select key as "Key", count(*)::int as "Items", count(sealed_at)::int as "Sealed",
                     (count(*) filter (where on_time))::int as "OnTime",
                     (count(*) filter (where not on_time or (sealed_at is null and deadline_at < {now})))::int as "Late",
                     (count(*) filter (where incomplete))::int as "Incomplete",
                     (count(*) filter (where not exists (select 1 from case_items l where l.item_id = counted.id)))::int as "Unlinked",
                     (count(*) filter (where state = 'Quarantined'))::int as "Quarantined"
                 from (
                     select i.*, case {key}
                         when 'Unit' then i.unit_id
                         when 'Officer' then coalesce(i.producer_number, '')
                         when 'Dock' then d.dock_id
                         else to_char(i.made_at at time zone {zone}, 'YYYY-MM') end as key
                     from items i join deliveries d on d.item_id = i.id
                     where i.made_at >= {begin} and i.made_at < {end}
                         and i.sidecar_role is null and ({units}::text[] is null or i.unit_id = any({units}::text[]))
                         and (i.secrecy <> 'StateSecret' or {cleared}::text[] is null or i.unit_id = any({cleared}::text[]))
                 ) counted
                 group by key
                 """).ToListAsync(ct),
            ct);
        return new SupervisionReport(from, to, by, [.. rows.OrderBy(r => r.Key, StringComparer.Ordinal)]);
    }
}

public enum SupervisedBy
{
    Unit,
    Officer,
    Dock,
    Month,
}

/// <param name="From">First day, in the agency's zone.</param>
/// <param name="To">Last day.</param>
/// <param name="By">What the rows are about.</param>
/// <param name="Rows">Those that have items, by key.</param>
public sealed record SupervisionReport(DateOnly From, DateOnly To, SupervisedBy By, IReadOnlyList<SupervisionRow> Rows);

/// <param name="Key">Id of the unit or dock, officer's number (empty where nobody is known), or month as 2026-11.</param>
/// <param name="Items">Recordings, companions left out.</param>
/// <param name="Sealed">Of these, in the vault.</param>
/// <param name="OnTime">Sealed before the storage deadline (article 28).</param>
/// <param name="Late">Sealed after it, or not yet and it has passed.</param>
/// <param name="Incomplete">Lacking something that article 27 demands.</param>
/// <param name="Unlinked">Belonging to no case.</param>
/// <param name="Quarantined">Not accepted.</param>
public sealed record SupervisionRow(string Key, int Items, int Sealed, int OnTime, int Late, int Incomplete, int Unlinked, int Quarantined);

internal static class SupervisionEndpoints
{
    public static void Map(IEndpointRouteBuilder readers)
    {
        readers.MapGet("/supervision", async (HttpContext http, SupervisionFigures figures, CancellationToken ct, string? from = null, string? to = null, string? by = null) =>
                TypedResults.Ok(await figures.CountAsync(http.Caller().Reach, Texts.Day(from, "from"), Texts.Day(to, "to"), Kind(by), ct)))
            .Concerns(Data.Checked).WithTags("Supervision").ProducesProblem(StatusCodes.Status400BadRequest);
        readers.MapGet("/supervision/open", async (HttpContext http, OpenMatters open, CancellationToken ct) => TypedResults.Ok(await open.CountAsync(http.Caller().Reach, ct)))
            .Concerns(Data.Checked).WithTags("Supervision");
    }

    private static SupervisedBy Kind(string? by) =>
        by is not null && char.IsAsciiLetter(by.FirstOrDefault()) && Enum.TryParse<SupervisedBy>(by, ignoreCase: true, out var kind) && Enum.IsDefined(kind)
            ? kind
            : throw RequestRefusedException.Invalid("by", "应按单位、人员、采集站或月份统计 / must be unit, officer, dock or month");
}
