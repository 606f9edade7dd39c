namespace EvidenceIngest.Server.Tracks;

/// <param name="Latitude">Degrees north, WGS 84.</param>
/// <param name="Longitude">Degrees east, WGS 84.</param>
internal sealed record GeoPoint(double Latitude, double Longitude)
{
    private const double EarthRadiusMetres = 6_371_000;

    /// <summary>Along a sphere, which is right to half a percent.</summary>
    public double MetresTo(GeoPoint other)
    {
        var (a, b) = (double.DegreesToRadians(Latitude), double.DegreesToRadians(other.Latitude));
        var (north, east) = (Math.Sin((b - a) / 2), Math.Sin(double.DegreesToRadians(other.Longitude - Longitude) / 2));
        return 2 * EarthRadiusMetres * Math.Asin(Math.Min(1, Math.Sqrt((north * north) + (Math.Cos(a) * Math.Cos(b) * east * east))));
    }

    /// <summary>So many points of a track at most, in even steps: enough to say whether it came near a place.</summary>
    public static IReadOnlyList<GeoPoint> Thin(Track track, int most)
    {
        var step = Math.Max(1, (track.Points.Count + most - 1) / most);
        return [.. track.Points.Where((_, i) => i % step == 0).Select(p => new GeoPoint(p.Latitude, p.Longitude))];
    }
}
