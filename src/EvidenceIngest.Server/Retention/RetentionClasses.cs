using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Retention;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Retention;

/// <summary>The site's retention classes, and those that people give to single items. Everything only grows.</summary>
internal sealed class RetentionClasses(EvidenceCatalogue catalogue, TimeProvider time)
{
    private const int LongestMonths = 1200;

    public async Task<IReadOnlyList<RetentionClassView>> ListAsync(CancellationToken ct) =>
        [.. (await catalogue.ReadAsync(db => db.RetentionClasses.OrderBy(c => c.Months == null).ThenBy(c => c.Months).ThenBy(c => c.Id).ToListAsync(ct), ct)).Select(View)];

    /// <summary>Makes a class, or lengthens one; the locks of everything that has it follow.</summary>
    public Task<RetentionClassView> SetAsync(string id, RetentionClassRequest request, string by, CancellationToken ct, Precondition? precondition = null)
    {
        Texts.Demand(id, "class", 50);
        Texts.Demand(request.Name, "name", 100);
        Texts.Demand(request.NameZh, "nameZh", 100);
        Texts.Demand(request.Article, "article", 300);
        Texts.Demand(request.Why, "why", 500);
        if (request.Months is < 1 or > LongestMonths)
            throw RequestRefusedException.Invalid("months", $"应为 1 至 {LongestMonths} 个月；永久的请留空 / must be 1 to {LongestMonths}, or null for ever");
        return catalogue.WriteAsync(db => SetAsync(db, new RetentionClass(id, request.Name, request.NameZh, request.Months, request.Article), request.Why, precondition ?? Precondition.None, by, ct), ct);
    }

    /// <summary>Gives one item a class of its own; it never loses another by that.</summary>
    public Task GiveAsync(string itemId, ItemRetentionRequest request, string by, CancellationToken ct)
    {
        Texts.Demand(request.Class, "class", 50);
        Texts.Demand(request.Why, "why", 500);
        return catalogue.WriteAsync(db => GiveAsync(db, itemId, request, by, ct), ct);
    }

    public async Task<ItemRetentionView> OfItemAsync(string itemId, CancellationToken ct)
    {
        var item = await catalogue.ReadAsync(db => db.Items.SingleOrDefaultAsync(i => i.Id == itemId, ct), ct) ?? throw ItemRegister.NoItem(itemId);
        var term = await catalogue.ReadAsync(db => db.TermAsync(item, item.SealedAt ?? time.GetUtcNow(), ct), ct);
        return new ItemRetentionView(itemId, item.SealedAt is null ? null : term.Until, !term.HasEnd, term.Because, item.LockedUntil, item.RetentionDueAt <= time.GetUtcNow(), item.RetentionTrouble);
    }

    /// <exception cref="RequestRefusedException">There is no such class.</exception>
    public static async Task DemandAsync(CatalogueDb db, string? id, CancellationToken ct)
    {
        if (id is not null && !await db.RetentionClasses.AnyAsync(c => c.Id == id, ct))
            throw RequestRefusedException.Invalid("retentionClass", $"没有保管期限类别 {id} / there is no retention class {id}");
    }

    private static RetentionClassView View(StoredRetentionClass c) => new(c.Id, c.Name, c.NameZh, c.Months, c.Article, c.IsDefault, c.IsKey, c.ChangedAt, c.ChangedBy);

    private static string ShowZh(int? months) => months switch
    {
        null => "永久",
        { } m when m % 12 == 0 => $"{m / 12}年",
        { } m => $"{m}个月",
    };

    private static string Show(int? months) => months is { } m ? $"{m} months" : "for ever";

    private async Task<RetentionClassView> SetAsync(CatalogueDb db, RetentionClass wanted, string why, Precondition precondition, string by, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync($"select 1 from retention_classes where id = {wanted.Id} for update", ct);
        // As the database keeps it: the ETag of the answer is that of what is read later.
        var now = time.GetUtcNow().ToMicroseconds();
        var known = await db.RetentionClasses.SingleOrDefaultAsync(c => c.Id == wanted.Id, ct);
        precondition.Demand(known is null ? null : View(known));
        if (known is not null && known.Class == wanted)
            return View(known);
        if (known is not null && !known.Class.IsAtMost(wanted))
            throw RequestRefusedException.Conflict($"保管期限只能延长，不能缩短：{known.NameZh}现为{ShowZh(known.Months)}，不能改为{ShowZh(wanted.Months)} / retention class {wanted.Id} keeps for {Show(known.Months)}: nobody can shorten it to {Show(wanted.Months)}");
        var before = known is null ? "new" : $"before {Show(known.Months)}, {known.NameZh}, {known.Article}";
        if (known is null)
        {
            known = new StoredRetentionClass { Id = wanted.Id, Name = wanted.Name, NameZh = wanted.NameZh, Months = wanted.Months, Article = wanted.Article, ChangedAt = now, ChangedBy = by };
            db.Add(known);
        }
        else
        {
            (known.Name, known.NameZh, known.Months, known.Article, known.ChangedAt, known.ChangedBy) = (wanted.Name, wanted.NameZh, wanted.Months, wanted.Article, now, by);
        }

        await db.SaveChangesAsync(ct);
        await db.Items.Where(i => known.IsDefault || (known.IsKey && i.KeyMarked) || i.RetentionClass == wanted.Id
            || db.CaseItems.Any(l => l.ItemId == i.Id && db.Cases.Any(c => c.Number == l.CaseNumber
                && (c.RetentionClass == wanted.Id || db.Matters.Any(m => m.Id == c.MatterId && m.RetentionClass == wanted.Id))))).DueAsync(now, ct);
        await db.AppendToServiceAsync(
            new NewEvent(now, Actors.Operator(by), CustodyEventKind.RetentionClassChanged, $"{wanted.Id}: {Show(wanted.Months)}, {wanted.NameZh}, {wanted.Article}; {before}; reason: {why}"), ct);
        return View(known);
    }

    private async Task GiveAsync(CatalogueDb db, string itemId, ItemRetentionRequest request, string by, CancellationToken ct)
    {
        await db.LockItemAsync(itemId, ct);
        await DemandAsync(db, request.Class, ct);
        var item = await db.Items.SingleOrDefaultAsync(i => i.Id == itemId, ct) ?? throw ItemRegister.NoItem(itemId);
        if (item.State == ItemState.Disposed)
            throw RequestRefusedException.Conflict($"资料 {itemId} 已销毁 / item {itemId} was disposed of");
        if (item.RetentionClass == request.Class)
            return;
        var wanted = (await db.RetentionClasses.SingleAsync(c => c.Id == request.Class, ct)).Class;
        if (item.RetentionClass is { } own && !(await db.RetentionClasses.SingleAsync(c => c.Id == own, ct)).Class.IsAtMost(wanted))
            throw RequestRefusedException.Conflict($"资料 {itemId} 已适用更长的保管期限类别 {own}，不能改为较短的 {request.Class} / item {itemId} has the longer class {own}: nobody can shorten it to {request.Class}");
        var now = time.GetUtcNow();
        var before = item.RetentionClass ?? "none";
        item.RetentionClass = request.Class;
        if (item.IsSealed)
            item.RetentionDueAt = now;
        await db.AppendAsync(
            itemId, now, Actors.Operator(by), CustodyEventKind.RetentionChanged, $"class {request.Class} ({wanted.NameZh}) set for this item, before {before}; reason: {request.Why}", ct);
    }
}

/// <param name="Id">Short and lasting.</param>
/// <param name="Name">In English.</param>
/// <param name="NameZh">As officials call it.</param>
/// <param name="Months">From sealing, or from the closing of a case; null: for ever.</param>
/// <param name="Article">Where it is ruled.</param>
/// <param name="IsDefault">Every item has it.</param>
/// <param name="IsKey">Every item has it whose officer pressed the key-mark button.</param>
/// <param name="ChangedAt">UTC.</param>
/// <param name="ChangedBy">By whom it was made or lengthened last.</param>
public sealed record RetentionClassView(
    string Id, string Name, string NameZh, int? Months, string Article, bool IsDefault, bool IsKey, DateTimeOffset ChangedAt, string ChangedBy);

/// <param name="Name">In English.</param>
/// <param name="NameZh">As officials call it.</param>
/// <param name="Months">Null: for ever. Less than before is refused.</param>
/// <param name="Article">Where it is ruled.</param>
/// <param name="Why">Enters the service's chain.</param>
public sealed record RetentionClassRequest(string Name, string NameZh, int? Months, string Article, string Why);

/// <param name="Class">Of which the item gets the term, if it is longer than those that it has.</param>
/// <param name="Why">Enters the item's chain.</param>
public sealed record ItemRetentionRequest(string Class, string Why);

/// <param name="Item">Which.</param>
/// <param name="Until">When its term ends, UTC; null before sealing or when no ground has an end.</param>
/// <param name="WithoutEnd">Held, of an open case, or of a class without end.</param>
/// <param name="Because">What decides.</param>
/// <param name="LockedUntil">The earliest lock among its masters, as read back; UTC.</param>
/// <param name="Due">The locks do not follow the rules yet.</param>
/// <param name="Trouble">Why they couldn't be extended at the last try.</param>
public sealed record ItemRetentionView(
    string Item, DateTimeOffset? Until, bool WithoutEnd, string Because, DateTimeOffset? LockedUntil, bool Due, string? Trouble);
