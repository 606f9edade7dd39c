using System.Globalization;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Redaction;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.AccessRequests;

/// <summary>Makes what a request's party may look at: a watermarked copy of the viewing copy, stored and audited like any rendition.</summary>
internal sealed class AccessCopies(
    SessionLocks locks, EvidenceCatalogue catalogue, IWatermarker watermarker, IVault vault, RenditionStore store, WorkFolder folder, ServerOptions options, TimeProvider time)
    : OrderMaking<AccessCopy>(locks, catalogue, options, time)
{
    // The input, and a copy that is encoded like it.
    private const int RoomFactor = 3;

    protected override long Turn => 0x45_56_41_43;

    protected override IQueryable<AccessCopy> Due(CatalogueDb db, DateTimeOffset now) =>
        db.AccessCopies.Where(c => c.State == CopyState.Waiting && c.DueAt <= now && db.AccessRequests.Any(r => r.Id == c.RequestId && r.WithdrawnAt == null)).OrderBy(c => c.DueAt);

    protected override async Task TryMakeAsync(AccessCopy copy, CancellationToken ct)
    {
        var request = await Catalogue.ReadAsync(db => db.AccessRequests.SingleAsync(r => r.Id == copy.RequestId, ct), ct);
        var item = await Catalogue.ReadAsync(db => db.Items.Include(i => i.Stages).Include(i => i.Renditions).SingleAsync(i => i.Id == copy.ItemId, ct), ct);
        var isRedacted = request.State == AccessState.AgreedWithRedaction;
        var wanted = isRedacted ? await Catalogue.ReadAsync(db => db.ReleasedRedactionAsync(copy.ItemId, ct), ct) : item.Kind == MediaKind.Photo ? "poster" : "proxy";
        if (item.Renditions.SingleOrDefault(r => r.Name == wanted) is not { } source)
        {
            var isComing = !isRedacted && item.State != ItemState.Disposed && item.Stages.Any(s => s.Stage is Stage.Seal or Stage.Inspect or Stage.Render && !s.IsOver);
            await Catalogue.WriteAsync(db => LackAsync(db, copy, item, isComing, ct), ct);
            return;
        }

        if (source.ContentType.StartsWith("audio/", StringComparison.Ordinal))
        {
            await Catalogue.WriteAsync(db => RecordAsync(db, copy, source.Name, null, ct), ct);
            return;
        }

        var kind = source.ContentType.StartsWith("image/", StringComparison.Ordinal) ? MediaKind.Photo : MediaKind.Video;
        using var work = folder.Open(copy.ItemId);
        work.DemandRoom(RoomFactor * source.Bytes);
        var input = Path.Combine(work.Folder, "source" + Path.GetExtension(source.Key));
        await MasterCopies.FetchAsync(vault, new VaultVersion(source.Bucket, source.Key, source.VersionId), source.Sha256, input, ct);
        var at = TimeZoneInfo.ConvertTime(Time.GetUtcNow(), Options.AgencyZone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        var made = await watermarker.MakeAsync(copy.Name, kind, input, source.Sha256, new Watermark(request.PartyName, request.Id, at), work.Folder, ct);
        var stored = await store.PutAsync(copy.ItemId, copy.Bucket, copy.Key, made, ct);
        await Catalogue.WriteAsync(db => RecordAsync(db, copy, stored.Name, stored, ct), ct);
    }

    protected override async Task<AccessCopy?> LockAsync(CatalogueDb db, AccessCopy copy, CancellationToken ct)
    {
        // As everybody locks: the request, then the item.
        await db.Database.ExecuteSqlAsync($"select 1 from access_requests where id = {copy.RequestId} for update", ct);
        await db.LockItemAsync(copy.ItemId, ct);
        var known = await db.AccessCopies.SingleAsync(c => c.RequestId == copy.RequestId && c.ItemId == copy.ItemId, ct);
        return known.State == CopyState.Waiting ? known : null;
    }

    protected override void Fail(AccessCopy known) => known.State = CopyState.Failed;

    private async Task RecordAsync(CatalogueDb db, AccessCopy copy, string shown, StoredRendition? made, CancellationToken ct)
    {
        if (await LockAsync(db, copy, ct) is not { } known)
            return;
        var now = Time.GetUtcNow();
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
        await db.AppendAsync(copy.ItemId, now, Actors.Server(Options.Name), CustodyEventKind.Rendered, detail, ct);
    }

    private async Task LackAsync(CatalogueDb db, AccessCopy copy, EvidenceItem item, bool isComing, CancellationToken ct)
    {
        if (await LockAsync(db, copy, ct) is not { } known)
            return;
        (known.Note, known.DueAt) = (isComing ? "等待生成查看件 / it waits for the item's viewing copy" : null, Time.GetUtcNow() + Pause);
        if (!isComing)
        {
            var why = item.State == ItemState.Disposed ? "已销毁 / it was disposed of"
                : "没有可供查看的录像、录音或照片衍生件 / the item has no rendition of pictures or sound that could be shown";
            await GiveUpAsync(db, known, why, ct);
        }
    }
}
