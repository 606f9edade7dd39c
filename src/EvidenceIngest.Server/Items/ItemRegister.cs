using System.Data;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Calendar;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Items;

/// <summary>Reads items for people.</summary>
internal sealed class ItemRegister(EvidenceCatalogue catalogue, ServerOptions options)
{
    public const int MostPerPage = 200;

    /// <param name="filter">Which.</param>
    /// <param name="cursor">From the page before.</param>
    /// <param name="limit">At most <see cref="MostPerPage"/>.</param>
    /// <param name="ct">Ends the query.</param>
    public async Task<ItemPage> ListAsync(ItemFilter filter, string? cursor, int limit, CancellationToken ct)
    {
        limit = Math.Clamp(limit, 1, MostPerPage);
        var after = PageCursor.Parse(cursor);
        var rows = await catalogue.ReadAsync(
            async db =>
            {
                // Files and stages are read by queries of their own, whose rows are matched in order: an item that came in between
                // would leave all items behind it without any.
                await using var moment = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
                var items = filter.Of(db, Whole(db));
                return await (filter.HasDays ? items.NewestMade(after) : items.NewestHere(after)).Take(limit + 1).ToListAsync(ct);
            },
            ct);
        var page = rows.Take(limit).ToList();
        var next = rows.Count > limit ? new PageCursor(filter.HasDays ? page[^1].MadeAt : page[^1].AnnouncedAt, page[^1].Id).ToString() : null;
        return new ItemPage([.. page.Select(Summarise)], next);
    }

    /// <summary>Lines of the register by id, as a transaction sees them.</summary>
    public async Task<Dictionary<string, ItemSummary>> SummariesAsync(CatalogueDb db, IReadOnlyList<string> ids, CancellationToken ct) =>
        (await Whole(db).Where(i => ids.Contains(i.Id)).ToListAsync(ct)).ToDictionary(i => i.Id, Summarise, StringComparer.Ordinal);

    /// <summary>Numbers of the cases that it belongs to, as far as they are within reach.</summary>
    public Task<List<string>> CasesAsync(string itemId, Reach reach, CancellationToken ct) => catalogue.ReadAsync(
        async db =>
        {
            await DemandExistsAsync(db, itemId, ct);
            return await db.CaseItems.Where(c => c.ItemId == itemId).Join(reach.Of(db.Cases), c => c.CaseNumber, c => c.Number, (_, c) => c.Number).Order().ToListAsync(ct);
        },
        ct);

    public Task<ItemDetail> FindAsync(string itemId, CancellationToken ct) => catalogue.ReadAsync(
        async db =>
        {
            // As in lists: an item whose last stage ended in between would be done with the findings of before.
            await using var moment = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
            return await FindAsync(db, itemId, ct);
        },
        ct);

    /// <summary>As a transaction sees it.</summary>
    public async Task<ItemDetail> FindAsync(CatalogueDb db, string itemId, CancellationToken ct)
    {
        var item = await Whole(db).AsNoTracking().Include(i => i.Facts).SingleOrDefaultAsync(i => i.Id == itemId, ct) ?? throw NoItem(itemId);
        var delivery = await db.Deliveries.Where(d => d.ItemId == itemId).Select(d => d.Id).SingleAsync(ct);
        return new ItemDetail(
            Summarise(item),
            delivery,
            item.RecorderTime,
            item.OfficerNumber,
            item.DeviceNumber,
            item.KeyMarked,
            item.SidecarRole is { } role ? new SidecarFacts(role, item.SidecarOf) : null,
            item.Metadata(),
            item.Deadline(await db.WorkingDaysAsync(ct), options.AgencyZone)?.Days,
            item.LateReason,
            item.Scene,
            item.Findings,
            [.. item.Facts.OrderBy(f => f.Position).Select(f => f.Facts)],
            [.. item.Renditions.OrderBy(r => r.Name).Select(r => new RenditionView(r.Name, r.ContentType, r.Bytes, r.Sha256, r.Bucket, r.Key, r.Recipe))],
            item.AnnouncedAt,
            item.Secrecy,
            item.Language);
    }

    public async Task<IReadOnlyList<CustodyEventView>> CustodyAsync(string itemId, CancellationToken ct)
    {
        var chain = await catalogue.ReadAsync(db => db.ReadChainAsync(itemId, ct), ct);
        // The service's own chain is for auditors.
        if (chain.Count == 0 || itemId == CustodyLog.ServiceChain)
            throw NoItem(itemId);
        var broken = CustodyChain.Verify(itemId, chain.Select(e => (e.Bytes, e.Hash)));
        return [.. chain.Select((stored, index) =>
        {
            var link = EvidenceJson.FromBytes<CustodyEvent>(stored.Bytes);
            return new CustodyEventView(
                link.Sequence, link.At, link.Actor, link.Kind, link.Detail, link.PreviousHash, stored.Hash, stored.Bytes,
                broken?.Sequence == index + 1 ? broken.Reason : null);
        })];
    }

    /// <summary>The exact bytes of the envelope.</summary>
    public async Task<byte[]> ReceiptAsync(string itemId, CancellationToken ct) =>
        await catalogue.ReadAsync(db => db.Receipts.Where(r => r.ItemId == itemId).Select(r => r.Envelope).SingleOrDefaultAsync(ct), ct)
        ?? throw RequestRefusedException.NotFound($"资料 {itemId} 没有回执：不存在，或者尚未入库 / item {itemId} has no receipt: it is unknown or not sealed yet");

    public static RequestRefusedException NoItem(string itemId) => RequestRefusedException.NotFound($"没有资料 {itemId}，或者不在您的职责范围内 / there is no item {itemId}");

    /// <summary>For lists of what belongs to an item: an empty one would say that it exists.</summary>
    public static async Task DemandExistsAsync(CatalogueDb db, string itemId, CancellationToken ct)
    {
        if (!await db.Items.AnyAsync(i => i.Id == itemId, ct))
            throw NoItem(itemId);
    }

    private static IQueryable<EvidenceItem> Whole(CatalogueDb db) =>
        db.Items.Include(i => i.Files).Include(i => i.Stages).Include(i => i.Renditions);

    private ItemSummary Summarise(EvidenceItem item) => Summarise(item, item.Metadata());

    private ItemSummary Summarise(EvidenceItem item, EvidenceMetadata metadata) => new(
        item.Id,
        Word(item.State),
        item.Reason,
        item.RecorderId,
        Word(item.Kind),
        [.. item.Files.OrderBy(f => f.Position).Select(f => new ItemFile(
            f.RecorderPath, f.Bytes, f.Sha256, f.Sm3, f.Bucket, f.Key, f.VersionId, f.LockedUntil))],
        InZone(item.RecordedAt),
        InZone(item.DeadlineAt),
        item.Findings.Any(f => f.Code == FindingCode.CalendarMissing),
        item.SealedAt,
        item.OnTime,
        Completeness.Missing(item.Kind, metadata, item.TranscriptConfirmed),
        [.. item.Renditions.Select(r => r.Name).Order(StringComparer.Ordinal)],
        [.. item.Stages.OrderBy(s => s.Stage).Select(s => new StageProgress(s.Stage, s.State, s.Attempts, s.Note))],
        item.State == ItemState.Disposed || (item.IsSealed && item.Stages.All(s => s.IsOver)),
        metadata.Producer?.Value,
        metadata.ObjectOfProof?.Value,
        item.UnitId);

    private DateTimeOffset? InZone(DateTimeOffset? at) =>
        at is { } instant ? TimeZoneInfo.ConvertTime(instant, options.AgencyZone) : null;

    // The JSON line has these in lower case, other than the names of enumerations elsewhere.
    internal static string Word<T>(T value)
        where T : struct, Enum =>
        System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
