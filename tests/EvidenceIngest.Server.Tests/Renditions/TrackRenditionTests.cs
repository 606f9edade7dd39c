using System.Text;
using System.Xml.Linq;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Tests.Media;

namespace EvidenceIngest.Server.Tests.Renditions;

public sealed class TrackRenditionTests : IDisposable
{
    private static readonly XNamespace Gpx = "http://www.topografix.com/GPX/1/1";

    private readonly Studio _studio = new();

    [Fact]
    public async Task Positions_in_subtitles_become_a_track_beside_the_other_renditions()
    {
        await _studio.WriteAsync("positions.srt", Encoding.ASCII.GetBytes(
            """
            1
            00:00:00,000 --> 00:00:01,000
            $G:2026-07-30 10:15:00-N22.5431-E113.9412

            2
            00:00:01,000 --> 00:00:02,000
            $G:2026-07-30 10:15:01-N22.5432-E113.9413

            """));
        var plain = await _studio.FilmAsync("plain.mp4", seconds: 2);
        var film = await _studio.MakeAsync("film.mp4", "-i plain.mp4 -i positions.srt -map 0 -map 1 -c copy -c:s mov_text");

        Assert.Equal(["proxy", "poster", "audio16k", "waveform", "sprites", "sprites-1"], (await _studio.RenderAsync(plain)).Keys);
        var made = await _studio.RenderAsync(film);
        Assert.Equal(["proxy", "poster", "audio16k", "waveform", "sprites", "sprites-1", "track"], made.Keys);
        Assert.Equal("application/gpx+xml", made["track"].ContentType);
        Assert.Contains("track reader", made["track"].Recipe.Tool, StringComparison.Ordinal);
        Assert.Contains("ffmpeg", made["track"].Recipe.Tool, StringComparison.Ordinal);
        Assert.Equal(made["proxy"].Recipe.Parents, made["track"].Recipe.Parents);
        var points = XDocument.Load(made["track"].File).Descendants(Gpx + "trkpt").ToList();
        Assert.Equal(["22.5431", "22.5432"], points.Select(p => p.Attribute("lat")!.Value));
        Assert.All(points, p => Assert.Null(p.Element(Gpx + "time")));
    }

    [Theory]
    [InlineData("$GPRMC,021500,A,2232.5860,N,11356.4720,E,0.0,0.0,300726,,,A", 1)]
    [InlineData("<gpx><trk><trkseg><trkpt lat='22.5' lon='113.9'/></trkseg></trk></gpx>", 1)]
    [InlineData("a form that nobody knows", 0)]
    public async Task A_companion_with_positions_becomes_a_track(string content, int tracks)
    {
        var master = await _studio.MasterAsync(await _studio.WriteAsync("clip.GPS", Encoding.ASCII.GetBytes(content)), MediaKind.Other);
        var made = await _studio.RenderAsync(MediaKind.Other, [master]);
        Assert.Equal(Enumerable.Repeat("track", tracks), made.Keys);
        Assert.All(made.Values, m => Assert.Equal("EvidenceIngest track reader 1", m.Recipe.Tool));
    }

    public void Dispose() => _studio.Dispose();
}
