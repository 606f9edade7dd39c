using System.Globalization;
using EvidenceIngest.Domain.Deadlines;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.People;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Exchange;

/// <summary>
/// Reads what may leave the house: cases within reach with their sealed, accepted recordings. A case that a state secret belongs to is left out as a whole: its
/// place, its officers and its times are about the secret, too.
/// </summary>
internal static class ExchangeRecords
{
    private const int MostCases = 1000;
    private const int MostItems = 20_000;

    /// <param name="db">With a transaction where what is read is handed out.</param>
    /// <param name="reach">Whose.</param>
    /// <param name="request">Which.</param>
    /// <param name="options">For the agency's zone.</param>
    /// <param name="isHandedOut">Holds off whoever might make a recording a state secret, or link one, until the transaction ends.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task<(List<ExchangedCase> Cases, int Withheld)> ReadAsync(
        CatalogueDb db, Reach reach, ExchangeDraftRequest request, ServerOptions options, bool isHandedOut, CancellationToken ct)
    {
        if (request.To < request.From || request.To > request.From.AddYears(1))
            throw RequestRefusedException.Invalid("to", "截止日期应在起始日期之后一年以内，没有导出任何内容。");
        var (begin, end) = (options.MidnightOf(request.From), options.MidnightOf(request.To.AddDays(1)));
        var within = reach.Of(db.Cases);
        if (request.Unit is { } unit)
        {
            await Units.DemandAsync(db, unit, "unit", reach, ct);
            within = (await Reach.BelowAsync(db, [unit], [], ct)).Of(within);
        }

        var numbers = await within.Where(c => c.ChangedAt >= begin && c.ChangedAt < end).OrderBy(c => c.Number).Select(c => c.Number).Take(MostCases + 1).ToListAsync(ct);
        if (numbers.Count > MostCases)
            throw RequestRefusedException.Conflict($"该期间变更的案件超过{MostCases}件，没有导出任何内容。请缩短日期范围，分次导出。");
        if (isHandedOut)
            await LockAsync(db, numbers, ct);
        var secret = await db.CaseItems.Where(l => numbers.Contains(l.CaseNumber) && db.Items.Any(i => i.Id == l.ItemId && i.Secrecy == Secrecy.StateSecret))
            .Select(l => l.CaseNumber).Distinct().ToListAsync(ct);
        var open = numbers.Except(secret, StringComparer.Ordinal).ToList();
        return (await RecordsAsync(db, reach, open, options, ct), secret.Count);
    }

    // Cases before items, as whoever links does.
    private static async Task LockAsync(CatalogueDb db, List<string> numbers, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync($"select 1 from cases where number = any({numbers.ToArray()}) order by number for update", ct);
        await db.Database.ExecuteSqlAsync(
            $"select 1 from items where id in (select item_id from case_items where case_number = any({numbers.ToArray()})) order by id for update", ct);
    }

    private static async Task<List<ExchangedCase>> RecordsAsync(CatalogueDb db, Reach reach, List<string> numbers, ServerOptions options, CancellationToken ct)
    {
        var cases = await db.Cases.AsNoTracking().Where(c => numbers.Contains(c.Number)).OrderBy(c => c.Number).ToListAsync(ct);
        var matters = await db.Matters.AsNoTracking().ToDictionaryAsync(m => m.Id, ct);
        var units = await db.Units.AsNoTracking().ToDictionaryAsync(u => u.Id, u => u.Name, ct);
        var links = await db.CaseItems.AsNoTracking().Where(l => numbers.Contains(l.CaseNumber)).Select(l => new { l.CaseNumber, l.ItemId }).Take(MostItems + 1).ToListAsync(ct);
        if (links.Count > MostItems)
            throw RequestRefusedException.Conflict($"这些案件关联的音像资料超过{MostItems}件，没有导出任何内容。请缩短日期范围，分次导出。");
        var ids = links.Select(l => l.ItemId).Distinct().ToList();
        var items = await reach.Of(db.Items).AsNoTracking().Include(i => i.Files)
            .Where(i => ids.Contains(i.Id) && i.State == ItemState.Sealed && i.SidecarRole == null && i.Secrecy != Secrecy.StateSecret).ToDictionaryAsync(i => i.Id, ct);
        var byCase = links.Where(l => items.ContainsKey(l.ItemId)).ToLookup(l => l.CaseNumber, l => items[l.ItemId]);
        return cases.ConvertAll(c =>
        {
            var own = byCase[c.Number].OrderBy(i => i.MadeAt).ThenBy(i => i.Id, StringComparer.Ordinal).ToList();
            return new ExchangedCase(
                CaseRecord(c, c.MatterId is { } id ? matters.GetValueOrDefault(id) : null, units, own.Count, options), own.ConvertAll(i => ItemRecord(c.Number, i, units)));
        });
    }

    private static ExchangeRecord CaseRecord(Case c, Matter? matter, Dictionary<string, string> units, int items, ServerOptions options) => Record(
        ExchangeOf.Case, c.Number,
        ("number", c.Number), ("state", c.State.ToString()), ("matter", matter?.Id), ("matterName", matter?.Name), ("law", matter?.Law), ("agency", c.Agency), ("unit", c.UnitId),
        ("unitName", units.GetValueOrDefault(c.UnitId)), ("officers", string.Join('、', c.Officers)), ("place", c.Place), ("actedFrom", c.ActedFrom), ("actedTo", c.ActedTo), ("executedOn", c.ExecutedOn),
        ("closedAt", c.ClosedAt), ("fileDueOn", c is { State: CaseState.Closed, ExecutedOn: { } day } ? CaseFileDeadline.For(day, options.AgencyZone) : null), ("footage", c.FootageState?.ToString()),
        ("items", items.ToString(CultureInfo.InvariantCulture)));

    private static ExchangeRecord ItemRecord(string number, EvidenceItem i, Dictionary<string, string> units) => Record(
        ExchangeOf.Item, i.Id,
        ("item", i.Id), ("case", number), ("kind", i.Kind.ToString()), ("unit", i.UnitId), ("unitName", units.GetValueOrDefault(i.UnitId)), ("method", i.MethodOfProduction?.Value),
        ("madeAt", DateTimeOffset.TryParse(i.TimeOfProduction?.Value, CultureInfo.InvariantCulture, out var at) ? at : i.RecordedAt), ("producer", i.Producer?.Value), ("producerNumber", i.ProducerNumber),
        ("objectOfProof", i.ObjectOfProof?.Value), ("recorder", i.RecorderId), ("sealedAt", i.SealedAt), ("dueAt", i.DeadlineAt),
        ("onTime", i.OnTime switch { true => "Yes", false => "No", null => "Unknown" }), ("files", i.Files.Count.ToString(CultureInfo.InvariantCulture)),
        ("bytes", i.Files.Sum(f => f.Bytes).ToString(CultureInfo.InvariantCulture)), ("sha256", string.Join(' ', i.Files.OrderBy(f => f.Position).Select(f => f.Sha256))));

    private static ExchangeRecord Record(ExchangeOf of, string key, params (string Name, object? Value)[] values) =>
        new(of, key, values.Where(v => v.Value is not null).ToDictionary(v => v.Name, v => v.Value!, StringComparer.Ordinal));
}
