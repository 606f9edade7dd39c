using System.Globalization;
using System.Xml;

namespace EvidenceIngest.Server.Tracks;

/// <summary>GPX 1.1, which every map program reads.</summary>
internal static class Gpx
{
    private const string Namespace = "http://www.topografix.com/GPX/1/1";

    /// <summary>Null when it is no GPX.</summary>
    public static Track? Read(Stream content)
    {
        var points = new List<TrackPoint>();
        var leftOut = 0;
        try
        {
            using var xml = XmlReader.Create(content, new XmlReaderSettings
            {
                DtdProcessing = DtdProcessing.Prohibit,
                XmlResolver = null,
            });
            if (xml.MoveToContent() != XmlNodeType.Element || xml.LocalName != "gpx")
                return null;
            while (xml.ReadToFollowing("trkpt", xml.NamespaceURI))
            {
                if (ReadPoint(xml) is { IsPlausible: true } point)
                    points.Add(point);
                else
                    leftOut++;
            }
        }
        catch (XmlException)
        {
            // Recorders lose power while they write: what stands before the break is still what they wrote.
            if (points.Count == 0)
                return null;
        }

        return new Track(points, leftOut);
    }

    public static void Write(Stream target, Track track)
    {
        using var xml = XmlWriter.Create(target, new XmlWriterSettings { Indent = true, NewLineChars = "\n", CloseOutput = false });
        xml.WriteStartElement("gpx", Namespace);
        xml.WriteAttributeString("version", "1.1");
        xml.WriteAttributeString("creator", "EvidenceIngest");
        xml.WriteStartElement("trk", Namespace);
        if (track.LeftOut > 0)
            xml.WriteElementString("desc", Namespace, string.Create(CultureInfo.InvariantCulture, $"{track.LeftOut} positions that can't be true were left out"));
        xml.WriteStartElement("trkseg", Namespace);
        foreach (var point in track.Points)
        {
            // The order of elements is the schema's.
            xml.WriteStartElement("trkpt", Namespace);
            xml.WriteAttributeString("lat", Number(point.Latitude));
            xml.WriteAttributeString("lon", Number(point.Longitude));
            if (point.Elevation is { } metres)
                xml.WriteElementString("ele", Namespace, Number(metres));
            if (point.At is { } at)
                xml.WriteElementString("time", Namespace, at.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture));
            if (Comment(point) is { } comment)
                xml.WriteElementString("cmt", Namespace, comment);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static TrackPoint? ReadPoint(XmlReader xml)
    {
        if (Parse(xml.GetAttribute("lat")) is not { } latitude || Parse(xml.GetAttribute("lon")) is not { } longitude)
            return null;
        double? elevation = null;
        DateTime? at = null;
        if (!xml.IsEmptyElement)
        {
            using var inside = xml.ReadSubtree();
            inside.Read();
            inside.Read();
            while (!inside.EOF)
            {
                switch (inside.NodeType == XmlNodeType.Element ? inside.LocalName : "")
                {
                    case "ele": elevation = Parse(inside.ReadElementContentAsString()); break;
                    case "time": at = Time(inside.ReadElementContentAsString()); break;
                    default: inside.Read(); break;
                }
            }
        }

        return new TrackPoint(latitude, longitude, at, Elevation: elevation);
    }

    private static string? Comment(TrackPoint point)
    {
        var parts = new List<string>();
        if (point.RecorderTime is { } time)
            parts.Add("recorder time " + time);
        if (point.MetresPerSecond is { } speed)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{speed:0.##} m/s"));
        return parts.Count == 0 ? null : string.Join(", ", parts);
    }

    private static DateTime? Time(string text) =>
        DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : null;

    private static double? Parse(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static string Number(double value) => value.ToString("0.#########", CultureInfo.InvariantCulture);
}
