using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Excerpts;

/// <summary>Makes what was ordered and stores it as a rendition.</summary>
internal sealed class ExcerptMaking(
    SessionLocks locks, EvidenceCatalogue catalogue, ExcerptCutter cutter, IVault vault, RenditionStore store, WorkFolder folder, RunningWork running, ServerOptions options,
    TimeProvider time, ILogger<ExcerptMaking> log) : OrderMaking<Excerpt>(locks, catalogue, options, time)
{
    // The input, and a clip that is at most as large, twice while its edges are set.
    private const int RoomFactor = 3;

    protected override long Turn => 0x45_56_45_58;

    protected override int Concurrency => Options.ExcerptConcurrency;

    protected override IQueryable<Excerpt> Due(CatalogueDb db, DateTimeOffset now) => db.Excerpts.Where(e => e.State == ExcerptState.Waiting && e.DueAt <= now).OrderBy(e => e.DueAt);

    protected override async Task TryMakeAsync(Excerpt order, CancellationToken ct)
    {
        var item = await Catalogue.ReadAsync(
            db => db.Items.Include(i => i.Files).Include(i => i.Facts).Include(i => i.Renditions).SingleAsync(i => i.Id == order.ItemId, ct), ct);
        if (item.State == ItemState.Disposed)
            throw new RenditionFailedException("已到期销毁 / it was disposed of after its term");
        using var shown = running.Begin(order.Kind.ToString());
        using var work = folder.Open(order.ItemId);
        var (made, note) = await CutAsync(order, item, work, shown, ct);
        var stored = await store.PutAsync(order.ItemId, order.Bucket, order.Key, made, ct);
        await Catalogue.WriteAsync(db => RecordAsync(db, order, stored, note, ct), ct);
    }

    /// <summary>From the one master that holds it all; where there is none, or it resists, from the proxy.</summary>
    private async Task<(Rendition Made, string? Note)> CutAsync(Excerpt order, EvidenceItem item, WorkPlace work, IProgress<RenderStep> progress, CancellationToken ct)
    {
        string? obstacle = null;
        if (ExcerptSource.Master(item, order) is { } master)
        {
            try
            {
                return (await CutAsync(order, item.Kind, master, work, progress, ct), master.Note);
            }
            catch (RenditionFailedException e)
            {
                obstacle = e.Message;
            }
        }

        var proxy = ExcerptSource.Proxy(item, order) ?? throw new RenditionFailedException(obstacle ?? "没有可供截取的原始文件或查看件 / there is neither a master nor a proxy to cut it from");
        if (obstacle is not null)
            log.FromProxy(order.Name, order.ItemId, obstacle);
        return (await CutAsync(order, item.Kind, proxy, work, progress, ct), proxy.Note);
    }

    private async Task<Rendition> CutAsync(Excerpt order, MediaKind kind, ExcerptSource source, WorkPlace work, IProgress<RenderStep> progress, CancellationToken ct)
    {
        work.DemandRoom(RoomFactor * source.Bytes);
        var input = Path.Combine(work.Folder, "source-" + Path.GetFileName(source.Version.Key));
        await MasterCopies.FetchAsync(vault, source.Version, source.Sha256, input, ct);
        return await cutter.CutAsync(order, kind, input, source.Sha256, source.From, work.Folder, progress, ct);
    }

    protected override async Task<Excerpt?> LockAsync(CatalogueDb db, Excerpt order, CancellationToken ct)
    {
        await db.LockItemAsync(order.ItemId, ct);
        var known = await db.Excerpts.SingleAsync(e => e.Id == order.Id, ct);
        return known.State == ExcerptState.Waiting ? known : null;
    }

    protected override void Fail(Excerpt known) => known.State = ExcerptState.Failed;

    private async Task RecordAsync(CatalogueDb db, Excerpt order, StoredRendition made, string? note, CancellationToken ct)
    {
        if (await LockAsync(db, order, ct) is not { } known)
            return;
        var now = Time.GetUtcNow();
        db.Add(made);
        (known.State, known.Note, known.ReadyAt) = (ExcerptState.Ready, Notes(order, made, note), now);
        await db.AppendAsync(
            order.ItemId, now, Actors.Server(Options.Name), CustodyEventKind.Rendered,
            $"{RenditionStore.Describe(made)}, ordered by {order.AskedBy}: {order.Why}", ct);
    }

    private static string? Notes(Excerpt order, StoredRendition made, string? source) =>
        string.Join('\n', new[]
        {
            source,
            order.Kind == ExcerptKind.Clip && made.Recipe.Copied
                ? "画面为原样复制，播放时起止准确；文件内另含起点之前不显示的少量画面，如需交给无关人员，请选择不含隐藏画面的方式重新申请"
                    + " / copied: it plays exactly what was asked for, but some pictures from before its start lie in the file unseen; order it with nothingHidden before giving it to others"
                : null,
        }.OfType<string>()) is { Length: > 0 } text ? text : null;
}
