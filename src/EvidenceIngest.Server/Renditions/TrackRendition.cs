using System.Globalization;
using System.Text;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Tracks;

namespace EvidenceIngest.Server.Renditions;

/// <summary>Where a recording was made, as one GPX track; from companion files, or from subtitles of the recording itself.</summary>
internal sealed class TrackRendition(RenderRoom room, MediaToolOptions options)
{
    public const string Name = "track";
    private const string Output = "track.gpx";
    private const string Reader = "EvidenceIngest track reader 1";

    // A position a second is some 80 bytes: more than two days.
    private const long MostBytes = 16L << 20;

    /// <summary>Null when none of them holds a position in a form that is known.</summary>
    public async Task<Rendition?> FromFilesAsync(IReadOnlyList<MasterCopy> masters, CancellationToken ct)
    {
        var tracks = masters.Select(m => (Master: m, Track: ReadFile(m.File))).Where(t => t.Track is { Points.Count: > 0 }).ToList();
        return tracks.Count == 0 ? null : await FinishAsync([.. tracks.Select(t => t.Track!)], tracks.Select(t => t.Master), ct);
    }

    /// <summary>Null when the recording has no such subtitles. A text that can't be read doesn't spoil the other renditions.</summary>
    public async Task<Rendition?> FromSubtitlesAsync(IReadOnlyList<Chapter> chapters, CancellationToken ct)
    {
        room.StartRecipe();
        var (tracks, parents) = (new List<Track>(), new List<MasterCopy>());
        foreach (var chapter in chapters)
        {
            foreach (var stream in chapter.Probe.Texts)
            {
                var text = string.Create(CultureInfo.InvariantCulture, $"text-{parents.Count + 1}-{stream.Index}.srt");
                try
                {
                    await room.RunAsync("subtitles", new ProxyArguments(options).Subtitles(chapter, stream.Index, text), [chapter], ct);
                }
                catch (RenditionFailedException)
                {
                    continue;
                }

                if (room.Holds(text) && ReadFile(room.PathOf(text)) is { Points.Count: > 0 } track)
                {
                    tracks.Add(track);
                    parents.Add(chapter.Master);
                }
            }
        }

        return tracks.Count == 0 ? null : await FinishAsync(tracks, parents.Distinct(), ct);
    }

    private static Track? ReadFile(string file)
    {
        if (new FileInfo(file) is not { Length: > 0 and <= MostBytes })
            return null;
        using (var xml = File.OpenRead(file))
        {
            if (Gpx.Read(xml) is { } gpx)
                return gpx;
        }

        // Any bytes are text in Latin-1, and everything that is looked for is ASCII.
        return TrackText.Read(File.ReadLines(file, Encoding.Latin1));
    }

    private async Task<Rendition> FinishAsync(List<Track> tracks, IEnumerable<MasterCopy> parents, CancellationToken ct)
    {
        var whole = new Track([.. tracks.SelectMany(t => t.Points)], tracks.Sum(t => t.LeftOut));
        await using (var target = File.Create(room.PathOf(Output)))
            Gpx.Write(target, whole);
        return await room.FinishAsync(Name, Output, "application/gpx+xml", parents, copied: false, difference: null, Reader, ct);
    }
}
