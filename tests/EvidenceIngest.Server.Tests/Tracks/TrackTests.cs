using System.Globalization;
using System.Text;
using EvidenceIngest.Server.Tracks;

namespace EvidenceIngest.Server.Tests.Tracks;

public sealed class TrackTests
{
    // The checksum of the first was computed by hand from NMEA 0183's rule: exclusive or of everything between $ and *.
    private const string Rmc = "$GNRMC,021500.00,A,2232.5860,N,11356.4720,E,9.720,84.4,300726,,,A*";

    [Fact]
    public void Nmea_sentences_tell_place_utc_and_speed()
    {
        var track = TrackText.Read([Rmc + Sum(Rmc), "$GPGSV,3,1,11", "noise"]);
        var point = Assert.Single(track.Points);
        Assert.Equal((22.5431, 113.9412), (Math.Round(point.Latitude, 6), Math.Round(point.Longitude, 6)));
        Assert.Equal(new DateTime(2026, 7, 30, 2, 15, 0, DateTimeKind.Utc), point.At);
        Assert.Equal(5.0, point.MetresPerSecond!.Value, 3);
        Assert.Equal(0, track.LeftOut);
    }

    [Theory]
    [InlineData("$GNRMC,021500.00,A,2232.5860,N,11356.4720,E,9.720,84.4,300726,,,A*00")]
    [InlineData("$GNRMC,021500.00,V,2232.5860,N,11356.4720,E,9.720,84.4,300726,,,N")]
    [InlineData("$GNRMC,021500.00,A,2260.0000,N,11356.4720,E,,,300726,,,A")]
    [InlineData("$GNRMC,021500.00,A,9932.5860,N,11356.4720,E,,,300726,,,A")]
    [InlineData("$GNRMC,021500.00,A,2232.5860,X,11356.4720,E,,,300726,,,A")]
    [InlineData("$GNRMC,021500.00,A")]
    [InlineData("$G:2026-07-30 10:15:00-N0.000000-E0.000000")]
    [InlineData("$G:2026-07-30 10:15:00-N99.0-E113.9")]
    public void What_can_not_be_true_is_left_out_and_counted(string line)
    {
        var track = TrackText.Read([line]);
        Assert.Empty(track.Points);
        Assert.Equal(1, track.LeftOut);
    }

    [Fact]
    public void Own_lines_keep_the_recorders_time_as_it_was_written()
    {
        var point = Assert.Single(TrackText.Read(["{\\an1}$G:2026-07-30 10:15:00-S22.5431-W113.9412 \\N"]).Points);
        Assert.Equal((-22.5431, -113.9412, null, "2026-07-30 10:15:00"), (point.Latitude, point.Longitude, point.At, point.RecorderTime));
    }

    [Fact]
    public void Gpx_comes_back_as_it_was_written()
    {
        var track = new Track(
            [
                new TrackPoint(22.5431, 113.9412, new DateTime(2026, 7, 30, 2, 15, 0, DateTimeKind.Utc), Elevation: 12.5),
                new TrackPoint(-1.25, -77, null),
            ],
            0);
        using var file = new MemoryStream();
        Gpx.Write(file, track);
        file.Position = 0;
        Assert.Equal(track.Points, Gpx.Read(file)!.Points);
    }

    [Fact]
    public void A_torn_gpx_gives_what_stands_before_the_break_and_other_files_give_nothing()
    {
        const string Torn = "<gpx xmlns='http://www.topografix.com/GPX/1/0'><trk><trkseg><trkpt lat='1' lon='2'><time>2026-07-30T02:15:00Z</time></trkpt><trkpt lat='3' lo";
        Assert.Equal(1, Assert.Single(Gpx.Read(Of(Torn))!.Points).Latitude);
        Assert.Null(Gpx.Read(Of("<html><body/></html>")));
        Assert.Null(Gpx.Read(Of("$GPRMC")));
        Assert.Null(Gpx.Read(Of("<!DOCTYPE gpx [<!ENTITY a 'aaaa'>]><gpx>&a;</gpx>")));
    }

    [Fact]
    public void Any_bytes_are_harmless()
    {
        var random = new Random(20261121);
        var seeds = new[] { Rmc + Sum(Rmc), "$G:2026-07-30 10:15:00-N22.5431-E113.9412", "<gpx><trk><trkseg><trkpt lat='1' lon='2'><ele>3</ele></trkpt></trkseg></trk></gpx>" };
        for (var round = 0; round < 3000; round++)
        {
            var bytes = Encoding.Latin1.GetBytes(seeds[round % seeds.Length]);
            for (var change = random.Next(1, 6); change > 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var points = TrackText.Read([Encoding.Latin1.GetString(bytes)]).Points.Concat(Gpx.Read(new MemoryStream(bytes))?.Points ?? []);
            Assert.All(points, p => Assert.True(p.IsPlausible));
        }
    }

    private static MemoryStream Of(string text) => new(Encoding.UTF8.GetBytes(text));

    private static string Sum(string sentence) =>
        sentence.Trim('$', '*').Aggregate(0, (xor, c) => xor ^ c).ToString("X2", CultureInfo.InvariantCulture);
}
