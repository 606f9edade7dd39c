using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.People;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Supervision.Yearly;

/// <summary>年度数据 (公示办法 article 9). Counted anew each time; what was fixed as an edition stays, and whatever differs from it later is told.</summary>
internal sealed class YearlyFigures(EvidenceCatalogue catalogue, YearlyCount count, ServerOptions options, TimeProvider time)
{
    private const int FirstYear = 2000;

    // Any number does, as long as nothing else in this database uses it.
    private const long EditionLock = 0x45_56_59_45;

    /// <param name="reach">Whose.</param>
    /// <param name="year">Null: the last one that is over.</param>
    /// <param name="unit">With those below it; null: every agency within reach, or else what is within reach.</param>
    /// <param name="ct">Ends it.</param>
    public Task<YearlyReport> ReportAsync(Reach reach, int? year, string? unit, CancellationToken ct)
    {
        var today = Today();
        var wanted = year ?? today.Year - 1;
        Demand(wanted, today.Year);
        return catalogue.ReadAsync(
            async db =>
            {
                if (unit is not null)
                    await Units.DemandAsync(db, unit, "unit", reach, ct);
                var all = await db.Units.OrderBy(u => u.Path).ToListAsync(ct);
                var agencies = new List<YearlyAgency>();
                foreach (var agency in Agencies(all, reach, unit))
                    agencies.Add(await AgencyAsync(db, wanted, agency, all, ct));
                return new YearlyReport(wanted, time.GetUtcMilliseconds(), wanted < today.Year, agencies, YearlyFigure.NotKnown);
            },
            ct);
    }

    /// <summary>Fixes what is counted now. Where nothing differs from the last edition, that one stays the last.</summary>
    public async Task<YearlyReport> FixAsync(Guid id, YearlyRequest request, Caller by, CancellationToken ct)
    {
        Texts.Demand(request.Why, "why", 500);
        Demand(request.Year, Today().Year);
        await catalogue.WriteAsync(
            async db =>
            {
                await Units.DemandAsync(db, request.Unit, "unit", by.Reach, ct);
                if (request.Year == Today().Year)
                    throw RequestRefusedException.Conflict($"{request.Year}年度尚未结束，数据还会变化，未形成年度数据。请于次年1月形成并公开。");
                await FixAsync(db, id, request, by, ct);
            },
            ct);
        return await ReportAsync(by.Reach, request.Year, request.Unit, ct);
    }

    /// <summary>Handing it out as a file is recorded first, as with the register.</summary>
    public Task RecordAsync(YearlyReport report, Caller by, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var of = string.Join(", ", report.Agencies.Select(a => a.Unit));
        return catalogue.WriteAsync(
            db => db.AppendToServiceAsync(new NewEvent(now, Actors.Operator(by.Name), CustodyEventKind.RegisterExported, $"yearly figures of {report.Year}, units {of}, as {by.Role}"), ct), ct);
    }

    private static void Demand(int year, int thisYear)
    {
        if (year < FirstYear || year > thisYear)
            throw RequestRefusedException.Invalid("year", $"年度须在{FirstYear}年至{thisYear}年之间，没有生成数据。");
    }

    private static IEnumerable<Unit> Agencies(List<Unit> all, Reach reach, string? unit)
    {
        if (unit is not null)
            return all.Where(u => u.Id == unit);
        var within = all.Where(u => reach.Covers(u.Id)).ToList();
        var agencies = within.FindAll(u => u.Kind == UnitKind.Agency);
        return agencies.Count > 0 ? agencies : within.Where(u => u.ParentId is null || !reach.Covers(u.ParentId));
    }

    private static string[] Below(List<Unit> all, Unit agency) => [.. all.Where(u => u.Path.StartsWith(agency.Path, StringComparison.Ordinal)).Select(u => u.Id)];

    private static string Digest(int year, string unit, SortedDictionary<string, int> counts)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{year}\n{unit}\n");
        foreach (var (figure, number) in counts)
            text.Append(CultureInfo.InvariantCulture, $"{figure}={number}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static IReadOnlyList<YearlyDifference> Differences(YearlyEdition? edition, SortedDictionary<string, int> now)
    {
        if (edition is null)
            return [];
        var (then, hiddenThen, hidden) = (Whole(edition.Counts), SmallCounts.Of(Whole(edition.Counts)), SmallCounts.Of(now));
        return [.. YearlyFigure.All.Where(f => then[f.Id] != now[f.Id]).Select(f => new YearlyDifference(f.Id, f.Name, Shown(f.Id, then, hiddenThen), Shown(f.Id, now, hidden)))];
    }

    // A later version may count what an older edition doesn't know.
    private static Dictionary<string, int> Whole(IReadOnlyDictionary<string, int> counts) => YearlyFigure.All.ToDictionary(f => f.Id, f => counts.GetValueOrDefault(f.Id), StringComparer.Ordinal);

    private static string Shown(string figure, IReadOnlyDictionary<string, int> counts, IReadOnlyDictionary<string, Withheld> hidden) =>
        SmallCounts.Shown(counts[figure], hidden.TryGetValue(figure, out var why) ? why : null);

    private DateOnly Today() => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time.GetUtcNow(), options.AgencyZone).DateTime);

    private async Task<YearlyAgency> AgencyAsync(CatalogueDb db, int year, Unit agency, List<Unit> all, CancellationToken ct)
    {
        var counts = await count.CountAsync(db, year, Below(all, agency), ct);
        var editions = await db.YearlyEditions.Where(e => e.Year == year && e.UnitId == agency.Id).OrderBy(e => e.Number).ToListAsync(ct);
        var hidden = SmallCounts.Of(counts);
        return new YearlyAgency(
            agency.Id, agency.Name,
            [.. YearlyFigure.All.Select(f => new YearlyFigureView(
                f.Id, f.Name, f.Meaning, hidden.ContainsKey(f.Id) ? null : counts[f.Id], Shown(f.Id, counts, hidden), hidden.TryGetValue(f.Id, out var why) ? why : null))],
            editions.ConvertAll(e => new YearlyEditionView(e.Number, e.MadeAt, e.MadeBy, e.Why, e.Sha256)), Differences(editions.LastOrDefault(), counts));
    }

    private async Task FixAsync(CatalogueDb db, Guid id, YearlyRequest request, Caller by, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock({EditionLock})", ct);
        var all = await db.Units.AsNoTracking().ToListAsync(ct);
        var counts = await count.CountAsync(db, request.Year, Below(all, all.Single(u => u.Id == request.Unit)), ct);
        var digest = Digest(request.Year, request.Unit, counts);
        var last = await db.YearlyEditions.AsNoTracking().Where(e => e.Year == request.Year && e.UnitId == request.Unit).OrderByDescending(e => e.Number).FirstOrDefaultAsync(ct);
        if (last?.Sha256 == digest || await db.YearlyEditions.AnyAsync(e => e.Id == id, ct))
            return;
        var now = time.GetUtcNow();
        var number = (last?.Number ?? 0) + 1;
        db.Add(new YearlyEdition
        {
            Id = id, Year = request.Year, UnitId = request.Unit, Number = number, MadeAt = now, MadeBy = by.Name, Why = request.Why, Counts = counts, Sha256 = digest,
        });
        await db.AppendToServiceAsync(
            new NewEvent(now, Actors.Operator(by.Name), CustodyEventKind.YearlyFiguresMade, $"{request.Year} of {request.Unit}, edition {number}, sha256 {digest}: {request.Why}"), ct);
    }
}
