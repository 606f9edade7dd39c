using System.Globalization;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.AccessRequests;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Items;

/// <summary>Makes the copies that watermarked links show.</summary>
internal sealed class MarkedCopies(
    SessionLocks locks, EvidenceCatalogue catalogue, IWatermarker watermarker, IVault vault, RenditionStore store, WorkFolder folder, RunningWork running, ServerOptions options,
    TimeProvider time) : OrderMaking<LinkMark>(locks, catalogue, options, time)
{
    // The input, and a copy that is encoded like it.
    private const int RoomFactor = 3;

    protected override long Turn => 0x45_56_4C_4D;

    // Somebody waits before a screen.
    protected override TimeSpan Pause => TimeSpan.FromSeconds(15);

    // Of links that still work: nobody can look through the others.
    protected override IQueryable<LinkMark> Due(CatalogueDb db, DateTimeOffset now) =>
        db.LinkMarks.Where(m => m.State == CopyState.Waiting && m.DueAt <= now && db.Links.Any(l => l.TokenHash == m.TokenHash && l.ExpiresAt > now)).OrderBy(m => m.DueAt);

    protected override async Task TryMakeAsync(LinkMark mark, CancellationToken ct)
    {
        var source = await Catalogue.ReadAsync(
            db => db.Links.Where(l => l.TokenHash == mark.TokenHash).Join(db.Renditions, l => new { l.ItemId, Name = l.Rendition }, r => new { r.ItemId, r.Name }, (_, r) => r).SingleAsync(ct), ct);
        if (await Catalogue.ReadAsync(db => db.Items.AnyAsync(i => i.Id == mark.ItemId && i.State == ItemState.Disposed, ct), ct))
            throw new RenditionFailedException("已到期销毁 / it was disposed of after its term");
        using var shown = running.Begin("Watermark");
        using var work = folder.Open(mark.ItemId);
        work.DemandRoom(RoomFactor * source.Bytes);
        var input = Path.Combine(work.Folder, "source" + Path.GetExtension(source.Key));
        await MasterCopies.FetchAsync(vault, new VaultVersion(source.Bucket, source.Key, source.VersionId), source.Sha256, input, ct);
        var kind = source.ContentType.StartsWith("image/", StringComparison.Ordinal) ? MediaKind.Photo : MediaKind.Video;
        var at = TimeZoneInfo.ConvertTime(Time.GetUtcNow(), Options.AgencyZone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        var made = await watermarker.MakeAsync(mark.Name, kind, input, source.Sha256, new Watermark(mark.Viewer, mark.ItemId, at), work.Folder, ct);
        var stored = await store.PutAsync(mark.ItemId, mark.Bucket, mark.Key, made, ct);
        await Catalogue.WriteAsync(db => RecordAsync(db, mark, stored, ct), ct);
    }

    protected override async Task<LinkMark?> LockAsync(CatalogueDb db, LinkMark mark, CancellationToken ct)
    {
        await db.LockItemAsync(mark.ItemId, ct);
        var known = await db.LinkMarks.SingleAsync(m => m.TokenHash == mark.TokenHash, ct);
        return known.State == CopyState.Waiting ? known : null;
    }

    protected override void Fail(LinkMark known) => known.State = CopyState.Failed;

    private async Task RecordAsync(CatalogueDb db, LinkMark mark, StoredRendition made, CancellationToken ct)
    {
        if (await LockAsync(db, mark, ct) is not { } known)
            return;
        db.Add(made);
        await db.SaveChangesAsync(ct);
        var now = Time.GetUtcNow();
        (known.State, known.Note, known.Rendition, known.ReadyAt) = (CopyState.Ready, null, made.Name, now);
        await db.AppendAsync(
            mark.ItemId, now, Actors.Server(Options.Name), CustodyEventKind.Rendered,
            $"{RenditionStore.Describe(made)}, watermarked for {mark.Viewer} and link {MediaLinks.Short(mark.TokenHash)}", ct);
    }
}
