using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.Tracks;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Pipeline;

/// <summary>Makes and stores what people look at. Idempotent: rendering again replaces a rendition by its like.</summary>
internal sealed class Rendering(
    EvidenceCatalogue catalogue, MasterCopies masters, IRenditionMaker maker, RenditionStore store, VaultOptions vaultOptions,
    RunningWork running, ServerOptions options, TimeProvider time, ILogger<Rendering> log)
{
    // Enough to say whether it came near a place.
    private const int MostPositions = 200;

    public async Task RunAsync(string itemId, WorkPlace work, CancellationToken ct)
    {
        var item = await catalogue.ReadAsync(
            db => db.Items.Include(i => i.Files).Include(i => i.Facts).SingleAsync(i => i.Id == itemId, ct), ct);
        var files = item.Files.OrderBy(f => f.Position).ToList();
        var copies = await masters.FetchAsync(files, work, ct);
        var facts = item.Facts.ToDictionary(f => f.Position, f => f.Facts);
        var parents = files.Select((f, i) => new MasterCopy(copies[i], f.Sha256, facts[f.Position])).ToList();
        IReadOnlyList<Rendition> made;
        using var shown = running.Begin(nameof(Stage.Render));
        try
        {
            made = await maker.MakeAsync(item.Kind, parents, work.Folder, shown, ct);
        }
        catch (RenditionFailedException e)
        {
            log.StageFailed(nameof(Stage.Render), itemId, e.Message);
            await catalogue.WriteAsync(db => RecordAsync(db, itemId, [], null, e.Message, ct), ct);
            return;
        }

        var positions = made.FirstOrDefault(r => r.Name == TrackRendition.Name) is { } track ? PositionsIn(track.File) : null;
        var stored = new List<StoredRendition>();
        foreach (var rendition in made)
            stored.Add(await store.PutAsync(itemId, vaultOptions.RenditionBucket, $"renditions/{itemId}/{rendition.Name}", rendition, ct));
        await catalogue.WriteAsync(db => RecordAsync(db, itemId, stored, positions, null, ct), ct);
    }

    private static IReadOnlyList<GeoPoint>? PositionsIn(string gpx)
    {
        using var content = File.OpenRead(gpx);
        return Gpx.Read(content) is { Points.Count: > 0 } track ? GeoPoint.Thin(track, MostPositions) : null;
    }

    private async Task RecordAsync(
        CatalogueDb db, string itemId, IReadOnlyList<StoredRendition> made, IReadOnlyList<GeoPoint>? positions, string? failure, CancellationToken ct)
    {
        await db.LockItemAsync(itemId, ct);
        var item = await db.Items.Include(i => i.Stages).Include(i => i.Facts).SingleAsync(i => i.Id == itemId, ct);
        var stage = item.Stages.Single(s => s.Stage == Stage.Render);
        if (stage.State != StageState.Due)
            return;
        var now = time.GetUtcNow();
        var actor = Actors.Server(options.Name);
        var events = new List<NewEvent>();
        if (failure is not null)
        {
            stage.Become(StageState.Failed, now, failure);
            events.Add(new NewEvent(now, actor, CustodyEventKind.RenderFailed, failure));
        }
        else
        {
            db.AddRange(made);
            item.Positions = positions;
            stage.Become(StageState.Done, now);
            events.AddRange(made.Select(r => new NewEvent(now, actor, CustodyEventKind.Rendered, RenditionStore.Describe(r))));
        }

        // Engines hear the rendition: where none could be made, people write what they hear.
        var sound = failure is null && item.Facts.Any(f => f.Facts.AudioCodec is not null);
        item.Stages.Single(s => s.Stage == Stage.Transcribe).Become(sound ? StageState.Due : StageState.NotNeeded, now);
        await db.AppendAsync(itemId, events, ct);
    }
}
