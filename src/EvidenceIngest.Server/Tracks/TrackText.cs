using System.Globalization;
using System.Text.RegularExpressions;

namespace EvidenceIngest.Server.Tracks;

/// <summary>
/// Positions in text: NMEA 0183 RMC sentences, and the <c>$G:</c> lines that Ambarella A9 recorders write as subtitles. Everything
/// else in the text is passed over. A pure fold over lines, safe on any input.
/// </summary>
internal static partial class TrackText
{
    private const int MaxLine = 1024;
    private const double MetresPerSecondInKnot = 1852 / 3600.0;

    public static Track Read(IEnumerable<string> lines)
    {
        var points = new List<TrackPoint>();
        var leftOut = 0;
        foreach (var line in lines)
        {
            if (line.Length > MaxLine)
                continue;
            foreach (var point in Rmc().Matches(line).Select(ReadRmc).Concat(OwnLine().Matches(line).Select(ReadOwn)))
            {
                if (point is { IsPlausible: true })
                    points.Add(point);
                else
                    leftOut++;
            }
        }

        return new Track(points, leftOut);
    }

    private static TrackPoint? ReadRmc(Match match)
    {
        var body = match.Groups["body"].Value;
        var sum = body.Aggregate(0, (xor, c) => xor ^ c);
        if (match.Groups["sum"].Value is { Length: 2 } written && int.Parse(written, NumberStyles.HexNumber, CultureInfo.InvariantCulture) != sum)
            return null;
        var fields = body.Split(',');
        if (fields.Length < 10 || fields[2] != "A" || Degrees(fields[3], 2, fields[4], 'N', 'S') is not { } latitude
            || Degrees(fields[5], 3, fields[6], 'E', 'W') is not { } longitude)
        {
            return null;
        }

        var time = fields[1].Split('.')[0];
        DateTime? at = DateTime.TryParseExact(
            fields[9] + time, "ddMMyyHHmmss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var known)
            ? known
            : null;
        return new TrackPoint(latitude, longitude, at, MetresPerSecond: Number(fields[7]) * MetresPerSecondInKnot);
    }

    private static TrackPoint? ReadOwn(Match match) =>
        Number(match.Groups["lat"].Value) is { } latitude && Number(match.Groups["lon"].Value) is { } longitude
            ? new TrackPoint(
                match.Groups["ns"].Value == "S" ? -latitude : latitude, match.Groups["ew"].Value == "W" ? -longitude : longitude,
                At: null, match.Groups["time"].Value)
            : null;

    // 2232.5895,N: degrees and minutes in one number.
    private static double? Degrees(string text, int digits, string hemisphere, char positive, char negative)
    {
        if (text.Length <= digits || hemisphere.Length != 1 || (hemisphere[0] != positive && hemisphere[0] != negative)
            || Number(text[..digits]) is not { } degrees || Number(text[digits..]) is not { } minutes || minutes >= 60)
        {
            return null;
        }

        var value = degrees + (minutes / 60);
        return hemisphere[0] == negative ? -value : value;
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    [GeneratedRegex(@"\$(?<body>[A-Z]{2}RMC,[0-9A-Z.,\-]*)(\*(?<sum>[0-9A-Fa-f]{2}))?", RegexOptions.ExplicitCapture)]
    private static partial Regex Rmc();

    [GeneratedRegex(@"\$G:(?<time>[0-9/\-]{8,10} [0-9:.]{6,12})-(?<ns>[NS])(?<lat>[0-9]{1,2}(\.[0-9]{1,9})?)-(?<ew>[EW])(?<lon>[0-9]{1,3}(\.[0-9]{1,9})?)", RegexOptions.ExplicitCapture)]
    private static partial Regex OwnLine();
}
