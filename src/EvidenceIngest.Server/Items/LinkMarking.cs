using System.Globalization;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.AccessRequests;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Items;

/// <summary>Makes the copies that watermarked links show. Any number of servers may run it; one of them makes them at a time.</summary>
internal sealed class LinkMarking(
    IDbContextFactory<CatalogueDb> contexts, EvidenceCatalogue catalogue, CatalogueStart start, IWatermarker watermarker, IVault vault, RenditionStore store, WorkFolder folder, RunningWork running,
    ServerOptions options, TimeProvider time, ILogger<LinkMarking> log)
    : Rounds(start, TimeSpan.FromSeconds(2), time)
{
    private const long MarksLock = 0x45_56_4C_4D;
    private const int MostAttempts = 5;

    // The input, and a copy that is encoded like it.
    private const int RoomFactor = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    internal override async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        if ((await DueAsync(ct)).Count == 0)
            return false;
        await using var alone = await SessionLock.TryTakeAsync(contexts, MarksLock, ct);
        if (alone is null)
            return false;
        var due = await DueAsync(ct);
        foreach (var mark in due)
            await MakeAsync(mark, ct);
        return due.Count > 0;
    }

    protected override void TellStalled(string reason) => log.MarksStalled(reason);

    /// <summary>Of links that still work: nobody can look through the others.</summary>
    private Task<List<LinkMark>> DueAsync(CancellationToken ct)
    {
        const int Most = 20;
        var now = Time.GetUtcNow();
        return catalogue.ReadAsync(
            db => db.LinkMarks.Where(m => m.State == CopyState.Waiting && m.DueAt <= now && db.Links.Any(l => l.TokenHash == m.TokenHash && l.ExpiresAt > now))
                .OrderBy(m => m.DueAt).Take(Most).ToListAsync(ct),
            ct);
    }

    private async Task MakeAsync(LinkMark mark, CancellationToken ct)
    {
        try
        {
            await TryMakeAsync(mark, ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested && e is not CatalogueUnavailableException)
        {
            var isPassing = e is VaultUnavailableException or MediaToolUnavailableException or IOException or HttpRequestException or TimeoutException;
            await catalogue.WriteAsync(db => FailAsync(db, mark, e.GetBaseException().Message, e is RenditionFailedException, isPassing, ct), ct);
        }
    }

    private async Task TryMakeAsync(LinkMark mark, CancellationToken ct)
    {
        var source = await catalogue.ReadAsync(
            db => db.Links.Where(l => l.TokenHash == mark.TokenHash).Join(db.Renditions, l => new { l.ItemId, Name = l.Rendition }, r => new { r.ItemId, r.Name }, (_, r) => r).SingleAsync(ct), ct);
        if (await catalogue.ReadAsync(db => db.Items.AnyAsync(i => i.Id == mark.ItemId && i.State == ItemState.Disposed, ct), ct))
            throw new RenditionFailedException("已到期销毁 / it was disposed of after its term");
        using var shown = running.Begin("Watermark");
        using var work = folder.Open(mark.ItemId);
        work.DemandRoom(RoomFactor * source.Bytes);
        var input = Path.Combine(work.Folder, "source" + Path.GetExtension(source.Key));
        await MasterCopies.FetchAsync(vault, new VaultVersion(source.Bucket, source.Key, source.VersionId), source.Sha256, input, ct);
        var kind = source.ContentType.StartsWith("image/", StringComparison.Ordinal) ? MediaKind.Photo : MediaKind.Video;
        var at = TimeZoneInfo.ConvertTime(Time.GetUtcNow(), options.AgencyZone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        var made = await watermarker.MakeAsync(mark.Name, kind, input, source.Sha256, new Watermark(mark.Viewer, mark.ItemId, at), work.Folder, ct);
        var stored = await store.PutAsync(mark.ItemId, mark.Bucket, mark.Key, made, ct);
        await catalogue.WriteAsync(db => RecordAsync(db, mark, stored, ct), ct);
    }

    private static async Task<LinkMark?> LockAsync(CatalogueDb db, LinkMark mark, CancellationToken ct)
    {
        await db.LockItemAsync(mark.ItemId, ct);
        var known = await db.LinkMarks.SingleAsync(m => m.TokenHash == mark.TokenHash, ct);
        return known.State == CopyState.Waiting ? known : null;
    }

    private async Task RecordAsync(CatalogueDb db, LinkMark mark, StoredRendition made, CancellationToken ct)
    {
        if (await LockAsync(db, mark, ct) is not { } known)
            return;
        db.Add(made);
        await db.SaveChangesAsync(ct);
        var now = Time.GetUtcNow();
        (known.State, known.Note, known.Rendition, known.ReadyAt) = (CopyState.Ready, null, made.Name, now);
        await db.AppendAsync(
            mark.ItemId, now, Actors.Server(options.Name), CustodyEventKind.Rendered,
            $"{RenditionStore.Describe(made)}, watermarked for {mark.Viewer} and link {MediaLinks.Short(mark.TokenHash)}", ct);
    }

    private async Task FailAsync(CatalogueDb db, LinkMark mark, string why, bool isFinal, bool isPassing, CancellationToken ct)
    {
        if (await LockAsync(db, mark, ct) is not { } known)
            return;
        known.Attempts++;
        (known.Note, known.DueAt) = (why, Time.GetUtcNow() + Pause);
        if (!isFinal && (isPassing || known.Attempts < MostAttempts))
            return;
        known.State = CopyState.Failed;
        await db.AppendAsync(mark.ItemId, Time.GetUtcNow(), Actors.Server(options.Name), CustodyEventKind.RenderFailed, $"{mark.Name}: {why}", ct);
    }
}

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Watermarked copies for links can't be made at the moment, tried again: {Reason}")]
    public static partial void MarksStalled(this ILogger logger, string reason);
}
