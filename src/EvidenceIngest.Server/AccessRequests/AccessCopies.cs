using System.Globalization;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Redaction;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.AccessRequests;

/// <summary>
/// Makes what a request's party may look at: a watermarked copy of the viewing copy, stored and audited like any rendition. Idempotent; a copy
/// that was interrupted is made again from its start.
/// </summary>
internal sealed class AccessCopies(
    EvidenceCatalogue catalogue, IWatermarker watermarker, IVault vault, RenditionStore store, WorkFolder folder, ServerOptions options, TimeProvider time)
{
    private const int MostAttempts = 5;

    // The input, and a copy that is encoded like it.
    private const int RoomFactor = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    /// <summary>Those whose turn it is, the longest waiting first.</summary>
    public Task<List<AccessCopy>> DueAsync(CancellationToken ct)
    {
        const int Most = 20;
        var now = time.GetUtcNow();
        return catalogue.ReadAsync(
            db => db.AccessCopies.Where(c => c.State == CopyState.Waiting && c.DueAt <= now && db.AccessRequests.Any(r => r.Id == c.RequestId && r.WithdrawnAt == null))
                .OrderBy(c => c.DueAt).Take(Most).ToListAsync(ct),
            ct);
    }

    /// <summary>Whatever goes wrong with this one becomes a sentence that its request shows.</summary>
    public async Task MakeAsync(AccessCopy copy, CancellationToken ct)
    {
        try
        {
            await TryMakeAsync(copy, ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested && e is not CatalogueUnavailableException)
        {
            var isPassing = e is VaultUnavailableException or MediaToolUnavailableException or IOException or HttpRequestException or TimeoutException;
            await catalogue.WriteAsync(db => FailAsync(db, copy, e.GetBaseException().Message, e is RenditionFailedException, isPassing, ct), ct);
        }
    }

    private static string Name(AccessCopy copy) => AccessCopy.Prefix + copy.RequestId;

    private async Task TryMakeAsync(AccessCopy copy, CancellationToken ct)
    {
        var request = await catalogue.ReadAsync(db => db.AccessRequests.SingleAsync(r => r.Id == copy.RequestId, ct), ct);
        var item = await catalogue.ReadAsync(db => db.Items.Include(i => i.Stages).Include(i => i.Renditions).SingleAsync(i => i.Id == copy.ItemId, ct), ct);
        var isRedacted = request.State == AccessState.AgreedWithRedaction;
        var wanted = isRedacted ? await catalogue.ReadAsync(db => db.ReleasedRedactionAsync(copy.ItemId, ct), ct) : item.Kind == MediaKind.Photo ? "poster" : "proxy";
        if (item.Renditions.SingleOrDefault(r => r.Name == wanted) is not { } source)
        {
            var isComing = !isRedacted && item.State != ItemState.Disposed && item.Stages.Any(s => s.Stage is Stage.Seal or Stage.Inspect or Stage.Render && !s.IsOver);
            await catalogue.WriteAsync(db => LackAsync(db, copy, item, isComing, ct), ct);
            return;
        }

        if (source.ContentType.StartsWith("audio/", StringComparison.Ordinal))
        {
            await catalogue.WriteAsync(db => RecordAsync(db, copy, source.Name, null, ct), ct);
            return;
        }

        var kind = source.ContentType.StartsWith("image/", StringComparison.Ordinal) ? MediaKind.Photo : MediaKind.Video;
        using var work = folder.Open(copy.ItemId);
        work.DemandRoom(RoomFactor * source.Bytes);
        var input = Path.Combine(work.Folder, "source" + Path.GetExtension(source.Key));
        await MasterCopies.FetchAsync(vault, new VaultVersion(source.Bucket, source.Key, source.VersionId), source.Sha256, input, ct);
        var at = TimeZoneInfo.ConvertTime(time.GetUtcNow(), options.AgencyZone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        var made = await watermarker.MakeAsync(Name(copy), kind, input, source.Sha256, new Watermark(request.PartyName, request.Id, at), work.Folder, ct);
        var stored = await store.PutAsync(copy.ItemId, copy.Bucket, copy.Key, made, ct);
        await catalogue.WriteAsync(db => RecordAsync(db, copy, stored.Name, stored, ct), ct);
    }

    private static async Task<AccessCopy?> LockAsync(CatalogueDb db, AccessCopy copy, CancellationToken ct)
    {
        // As everybody locks: the request, then the item.
        await db.Database.ExecuteSqlAsync($"select 1 from access_requests where id = {copy.RequestId} for update", ct);
        await db.LockItemAsync(copy.ItemId, ct);
        var known = await db.AccessCopies.SingleAsync(c => c.RequestId == copy.RequestId && c.ItemId == copy.ItemId, ct);
        return known.State == CopyState.Waiting ? known : null;
    }

    private async Task RecordAsync(CatalogueDb db, AccessCopy copy, string shown, StoredRendition? made, CancellationToken ct)
    {
        if (await LockAsync(db, copy, ct) is not { } known)
            return;
        var now = time.GetUtcNow();
        if (made is not null)
        {
            db.Add(made);
            await db.SaveChangesAsync(ct);
        }

        (known.State, known.Note, known.Rendition, known.Watermarked, known.ReadyAt) = (
            CopyState.Ready, made is null ? "声音无法加水印，建议到场播放 / sound can't carry a watermark: better played at the agency" : null, shown, made is not null, now);
        var detail = made is null
            ? $"{shown} is shown for access request {copy.RequestId} without a watermark, which sound can't carry"
            : $"{RenditionStore.Describe(made)}, watermarked for access request {copy.RequestId}";
        await db.AppendAsync(copy.ItemId, now, Actors.Server(options.Name), CustodyEventKind.Rendered, detail, ct);
    }

    private async Task LackAsync(CatalogueDb db, AccessCopy copy, EvidenceItem item, bool isComing, CancellationToken ct)
    {
        if (await LockAsync(db, copy, ct) is not { } known)
            return;
        (known.Note, known.DueAt) = (isComing ? "等待生成查看件 / it waits for the item's viewing copy" : null, time.GetUtcNow() + Pause);
        if (!isComing)
        {
            var why = item.State == ItemState.Disposed ? "已销毁 / it was disposed of"
                : "没有可供查看的录像、录音或照片衍生件 / the item has no rendition of pictures or sound that could be shown";
            await GiveUpAsync(db, known, why, ct);
        }
    }

    private async Task FailAsync(CatalogueDb db, AccessCopy copy, string why, bool isFinal, bool isPassing, CancellationToken ct)
    {
        if (await LockAsync(db, copy, ct) is not { } known)
            return;
        known.Attempts++;
        (known.Note, known.DueAt) = ($"暂时无法制作，将自动重试 / can't be made now, it is tried again: {why}", time.GetUtcNow() + Pause);
        if (isFinal || (!isPassing && known.Attempts >= MostAttempts))
            await GiveUpAsync(db, known, why, ct);
    }

    private async Task GiveUpAsync(CatalogueDb db, AccessCopy known, string why, CancellationToken ct)
    {
        (known.State, known.Note) = (CopyState.Failed, why);
        await db.AppendAsync(known.ItemId, time.GetUtcNow(), Actors.Server(options.Name), CustodyEventKind.RenderFailed, $"{Name(known)}: {why}", ct);
    }
}
