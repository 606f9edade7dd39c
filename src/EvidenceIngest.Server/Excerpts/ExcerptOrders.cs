using System.Globalization;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Excerpts;

/// <summary>Takes orders for clips and stills. Asking with the same id again finds the first order.</summary>
internal sealed class ExcerptOrders(EvidenceCatalogue catalogue, VaultOptions vault, TimeProvider time)
{
    private const int LongestWhy = 500;
    private const int MostOpen = 10;
    private const long LongestClipMs = 60 * 60 * 1000;
    private const long ShortestClipMs = 100;

    // Seven days: no recording is longer, and no sum of milliseconds overflows.
    private const double LastSecond = 7 * 24 * 3600;

    public Task<ExcerptView> OrderAsync(Guid id, string itemId, ClipRequest request, string by, CancellationToken ct)
    {
        var (from, until) = (Milliseconds(request.From, "from"), Milliseconds(request.To, "to"));
        if (until - from is < ShortestClipMs or > LongestClipMs)
            throw RequestRefusedException.Invalid("to", $"片段长度应在 0.1 秒至 60 分钟之间，请调整起止时间 / a clip is between 0.1 s and {LongestClipMs / 60_000} minutes long");
        return OrderAsync(id, itemId, ExcerptKind.Clip, from, until, request.NothingHidden == true, request.Why, by, ct);
    }

    public Task<ExcerptView> OrderAsync(Guid id, string itemId, StillRequest request, string by, CancellationToken ct)
    {
        var at = Milliseconds(request.At, "at");
        return OrderAsync(id, itemId, ExcerptKind.Still, at, at, nothingHidden: true, request.Why, by, ct);
    }

    public Task<List<ExcerptView>> ListAsync(string itemId, CancellationToken ct) => catalogue.ReadAsync(
        async db =>
        {
            await ItemRegister.DemandExistsAsync(db, itemId, ct);
            return (await db.Excerpts.Where(e => e.ItemId == itemId).OrderBy(e => e.AskedAt).ThenBy(e => e.Id).ToListAsync(ct)).ConvertAll(View);
        },
        ct);

    /// <summary>As a chain names a time on the recording's line.</summary>
    public static string Seconds(long milliseconds) => (milliseconds / 1000.0).ToString("0.###", CultureInfo.InvariantCulture);

    private Task<ExcerptView> OrderAsync(
        Guid id, string itemId, ExcerptKind kind, long from, long until, bool nothingHidden, string why, string by, CancellationToken ct)
    {
        Texts.Demand(why, "why", LongestWhy);
        var now = time.GetUtcNow();
        var name = id.ToString("N");
        var order = new Excerpt
        {
            Id = name, ItemId = itemId, Kind = kind, FromMs = from, UntilMs = until, NothingHidden = nothingHidden, Why = why, AskedBy = by, AskedAt = now, DueAt = now,
            Bucket = vault.RenditionBucket, Key = $"renditions/{itemId}/{(kind == ExcerptKind.Clip ? "clip-" : "still-")}{name}",
        };
        return catalogue.WriteAsync(db => OrderAsync(db, order, ct), ct);
    }

    private static async Task<ExcerptView> OrderAsync(CatalogueDb db, Excerpt order, CancellationToken ct)
    {
        await db.LockItemAsync(order.ItemId, ct);
        if (await db.Excerpts.AsNoTracking().SingleOrDefaultAsync(e => e.Id == order.Id, ct) is { } known)
            return View(known);
        await DemandPossibleAsync(db, order, ct);
        if (await db.Excerpts.CountAsync(e => e.ItemId == order.ItemId && e.State == ExcerptState.Waiting, ct) >= MostOpen)
        {
            throw RequestRefusedException.Conflict(
                $"该资料已有 {MostOpen} 个片段或截图正在制作，请等待其完成后再申请 / {MostOpen} clips and stills of this item are being made: wait for them");
        }

        db.Add(order);
        await db.AppendAsync(order.ItemId, order.AskedAt, Actors.Operator(order.AskedBy), CustodyEventKind.ExcerptOrdered, $"{order.Name}: {Describe(order)}; {order.Why}", ct);
        return View(order);
    }

    private static async Task DemandPossibleAsync(CatalogueDb db, Excerpt order, CancellationToken ct)
    {
        var item = await db.Items.AsNoTracking().Include(i => i.Facts).Include(i => i.Stages).SingleOrDefaultAsync(i => i.Id == order.ItemId, ct) ?? throw ItemRegister.NoItem(order.ItemId);
        if (item.State == ItemState.Disposed)
            throw RequestRefusedException.Conflict("该资料已到期销毁，无法再截取 / it was disposed of after its term");
        if (item.Stages.Any(s => s.Stage is Stage.Seal or Stage.Inspect && !s.IsOver))
            throw RequestRefusedException.Conflict("该资料尚未完成封存和检验，请稍后再申请 / it is not sealed and inspected yet: ask again later");
        if (item.Kind is not (MediaKind.Video or MediaKind.Audio) || (order.Kind == ExcerptKind.Still && item.Kind != MediaKind.Video))
        {
            throw RequestRefusedException.Conflict(
                order.Kind == ExcerptKind.Still ? "只有录像可以截图 / stills can be taken from video alone" : "只有录像和录音可以截取片段 / clips can be cut from video and sound alone");
        }

        var seconds = item.Facts.Sum(f => f.Facts.Duration?.TotalSeconds ?? 0);
        if (order.FromMs >= seconds * 1000)
            throw RequestRefusedException.Invalid(order.Kind == ExcerptKind.Clip ? "from" : "at", $"超出录制时长（{seconds:0.#} 秒） / lies behind the recording's end at {seconds:0.#} s");
    }

    private static string Describe(Excerpt order) => order.Kind == ExcerptKind.Still
        ? $"at {Seconds(order.FromMs)} s"
        : $"from {Seconds(order.FromMs)} s to {Seconds(order.UntilMs)} s{(order.NothingHidden ? ", nothing else in the file" : "")}";

    private static long Milliseconds(double seconds, string field) => seconds is >= 0 and <= LastSecond
        ? (long)Math.Round(seconds * 1000)
        : throw RequestRefusedException.Invalid(field, "应为录制时间轴上的秒数，不小于 0 / must be seconds on the recording's time line");

    private static ExcerptView View(Excerpt e) => new(
        e.Id, e.Kind, e.FromMs / 1000.0, e.Kind == ExcerptKind.Clip ? e.UntilMs / 1000.0 : null, e.NothingHidden, e.Why, e.AskedBy, e.AskedAt, e.State, e.Note,
        e.State == ExcerptState.Ready ? e.Name : null, e.ReadyAt);
}
