using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Excerpts;

/// <summary>
/// Makes what was ordered and stores it as a rendition. Idempotent; what was interrupted is made again from its start, and nothing is seen
/// before it is whole.
/// </summary>
internal sealed class ExcerptMaking(
    EvidenceCatalogue catalogue, ExcerptCutter cutter, IVault vault, RenditionStore store, WorkFolder folder, RunningWork running, ServerOptions options, TimeProvider time,
    ILogger<ExcerptMaking> log)
{
    private const int MostAttempts = 5;

    // The input, and a clip that is at most as large, twice while its edges are set.
    private const int RoomFactor = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    /// <summary>Those whose turn it is, the longest waiting first.</summary>
    public Task<List<Excerpt>> DueAsync(CancellationToken ct)
    {
        const int Most = 20;
        var now = time.GetUtcNow();
        return catalogue.ReadAsync(db => db.Excerpts.Where(e => e.State == ExcerptState.Waiting && e.DueAt <= now).OrderBy(e => e.DueAt).Take(Most).ToListAsync(ct), ct);
    }

    /// <summary>Whatever goes wrong with this one becomes a sentence that its order shows.</summary>
    public async Task MakeAsync(Excerpt order, CancellationToken ct)
    {
        try
        {
            await TryMakeAsync(order, ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested && e is not CatalogueUnavailableException)
        {
            var isPassing = e is VaultUnavailableException or MediaToolUnavailableException or IOException or HttpRequestException or TimeoutException;
            await catalogue.WriteAsync(db => FailAsync(db, order, e.GetBaseException().Message, e is RenditionFailedException, isPassing, ct), ct);
        }
    }

    private async Task TryMakeAsync(Excerpt order, CancellationToken ct)
    {
        var item = await catalogue.ReadAsync(
            db => db.Items.Include(i => i.Files).Include(i => i.Facts).Include(i => i.Renditions).SingleAsync(i => i.Id == order.ItemId, ct), ct);
        if (item.State == ItemState.Disposed)
            throw new RenditionFailedException("已到期销毁 / it was disposed of after its term");
        using var shown = running.Begin(order.Kind.ToString());
        using var work = folder.Open(order.ItemId);
        var (made, note) = await CutAsync(order, item, work, shown, ct);
        var stored = await store.PutAsync(order.ItemId, order.Bucket, order.Key, made, ct);
        await catalogue.WriteAsync(db => RecordAsync(db, order, stored, note, ct), ct);
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

    private static async Task<Excerpt?> LockAsync(CatalogueDb db, Excerpt order, CancellationToken ct)
    {
        await db.LockItemAsync(order.ItemId, ct);
        var known = await db.Excerpts.SingleAsync(e => e.Id == order.Id, ct);
        return known.State == ExcerptState.Waiting ? known : null;
    }

    private async Task RecordAsync(CatalogueDb db, Excerpt order, StoredRendition made, string? note, CancellationToken ct)
    {
        if (await LockAsync(db, order, ct) is not { } known)
            return;
        var now = time.GetUtcNow();
        db.Add(made);
        (known.State, known.Note, known.ReadyAt) = (ExcerptState.Ready, Notes(order, made, note), now);
        await db.AppendAsync(
            order.ItemId, now, Actors.Server(options.Name), CustodyEventKind.Rendered,
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

    private async Task FailAsync(CatalogueDb db, Excerpt order, string why, bool isFinal, bool isPassing, CancellationToken ct)
    {
        if (await LockAsync(db, order, ct) is not { } known)
            return;
        known.Attempts++;
        (known.Note, known.DueAt) = ($"暂时无法制作，将自动重试 / can't be made now, it is tried again: {why}", time.GetUtcNow() + Pause);
        if (!isFinal && (isPassing || known.Attempts < MostAttempts))
            return;
        (known.State, known.Note) = (ExcerptState.Failed, why);
        await db.AppendAsync(order.ItemId, time.GetUtcNow(), Actors.Server(options.Name), CustodyEventKind.RenderFailed, $"{order.Name}: {why}", ct);
    }
}
