using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Inspection;
using EvidenceIngest.Server.MediaTools;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Renditions;

/// <summary>Decides which renditions an item gets. The order of work stands here, the arguments in <see cref="ProxyArguments"/>.</summary>
internal sealed class RenditionMaker(
    ToolRunner tools, MediaProbe probe, VideoEncoder encoder, MediaToolOptions options, ILogger<RenditionMaker> logger) : IRenditionMaker
{
    private const int PosterSide = 1280;

    public async Task<IReadOnlyList<Rendition>> MakeAsync(
        MediaKind kind, IReadOnlyList<MasterCopy> masters, string workFolder, IProgress<RenderStep>? progress, CancellationToken ct)
    {
        var chapters = Chapter.Of(masters);
        var room = new RenderRoom(ToolFolder.Create(workFolder, masters.Select(m => m.File)), tools, probe, options, progress, logger);
        IReadOnlyList<Rendition> made = kind switch
        {
            MediaKind.Other => [],
            MediaKind.Photo => [await PosterAsync(room, WithVideo(chapters)[0], isPhoto: true, ct)],
            MediaKind.Video => await VideoAsync(room, WithVideo(chapters), ct),
            _ => await new PlayableRenditions(room, await encoder.ChooseAsync(ct), options).MakeAsync(WithSound(chapters), hasVideo: false, ct),
        };
        var tracks = new TrackRendition(room, options);
        if (await (kind == MediaKind.Other ? tracks.FromFilesAsync(masters, ct) : tracks.FromSubtitlesAsync(chapters, ct)) is { } track)
            made = [.. made, track];
        foreach (var rendition in made)
            Log.Made(logger, rendition.Name, rendition.Bytes, rendition.Recipe.Copied, rendition.Recipe.DurationDifference);
        return made;
    }

    private async Task<IReadOnlyList<Rendition>> VideoAsync(RenderRoom room, Chapter[] chapters, CancellationToken ct)
    {
        var playable = await new PlayableRenditions(room, await encoder.ChooseAsync(ct), options).MakeAsync(chapters, hasVideo: true, ct);
        return [playable[0], await PosterAsync(room, chapters[0], isPhoto: false, ct), .. playable.Skip(1)];
    }

    private async Task<Rendition> PosterAsync(RenderRoom room, Chapter chapter, bool isPhoto, CancellationToken ct)
    {
        const string Poster = "poster.jpg";
        var arguments = new ProxyArguments(options);
        var facts = chapter.Master.Facts;
        var size = FrameSize.Within(chapter.Video!, (facts.Width, facts.Height), PosterSide, PosterSide)
            ?? throw new RenditionFailedException("poster: the picture has no size");
        room.StartRecipe();
        // A tenth into the recording the officer has usually stopped handling the recorder.
        TimeSpan? from = isPhoto ? null : chapter.Duration * 0.1;
        await room.RunAsync("poster", arguments.Poster(chapter, from, size, Poster), [chapter], ct);
        if (from is not null && !room.Holds(Poster))
        {
            // The index is broken or claims a duration that isn't there.
            room.StartRecipe();
            await room.RunAsync("poster", arguments.Poster(chapter, TimeSpan.Zero, size, Poster), [chapter], ct);
        }

        return await room.FinishAsync("poster", Poster, "image/jpeg", [chapter], copied: false, difference: null, ct);
    }

    private static Chapter[] WithVideo(IReadOnlyList<Chapter> chapters) =>
        Some([.. chapters.Where(c => c.Video is not null)], "pictures");

    private static Chapter[] WithSound(IReadOnlyList<Chapter> chapters) =>
        Some([.. chapters.Where(c => c.Audio is not null)], "sound");

    private static Chapter[] Some(Chapter[] chapters, string what) =>
        chapters.Length > 0 ? chapters : throw new RenditionFailedException($"no master holds readable {what}");
}
