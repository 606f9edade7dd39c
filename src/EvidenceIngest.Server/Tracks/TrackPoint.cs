namespace EvidenceIngest.Server.Tracks;

/// <summary>Where a recorder's receiver said it was.</summary>
/// <param name="Latitude">Degrees north, WGS 84.</param>
/// <param name="Longitude">Degrees east, WGS 84.</param>
/// <param name="At">Null when the source tells no UTC.</param>
/// <param name="RecorderTime">The recorder's own time as it was written, where that is all there is.</param>
/// <param name="MetresPerSecond">Speed over ground, or null.</param>
/// <param name="Elevation">Metres, or null.</param>
internal sealed record TrackPoint(
    double Latitude, double Longitude, DateTime? At, string? RecorderTime = null, double? MetresPerSecond = null, double? Elevation = null)
{
    /// <summary>False for what no place can be; receivers without a fix write zeros.</summary>
    public bool IsPlausible => Math.Abs(Latitude) <= 90 && Math.Abs(Longitude) <= 180 && (Latitude != 0 || Longitude != 0);
}

/// <param name="Points">In the order in which they were written.</param>
/// <param name="LeftOut">Lines that looked like positions and could not be true.</param>
internal sealed record Track(IReadOnlyList<TrackPoint> Points, int LeftOut);
