using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using EvidenceIngest.Server.Items;

namespace EvidenceIngest.Server.Exchange;

/// <summary>
/// Writes what is sent: the profile's files and a manifest of their digests. Whoever sends them over a network one day takes these bytes; nothing here knows of one.
/// </summary>
internal static class ExchangeBundle
{
    private static readonly JsonWriterOptions Json = new() { Indented = true, Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    public static List<ExchangedFile> Write(ExchangeProfile profile, IReadOnlyList<ExchangeCaseView> sent, DateTimeOffset madeAt)
    {
        var files = profile.Files.Select(file =>
        {
            var rows = sent.SelectMany(c => c.Rows).Where(r => r.File == file.Name).ToList();
            return File(file.Name, rows.Count, file.IsCsv ? Csv(file, rows) : Records(file, rows));
        }).ToList();
        return [.. files, File(ExchangeProfile.Manifest, sent.Count, Manifest(profile, files, sent.Count, madeAt))];
    }

    private static ExchangedFile File(string name, int records, byte[] content) => new(name, records, Convert.ToHexStringLower(SHA256.HashData(content)), content);

    private static byte[] Csv(ExchangeFile file, List<ExchangeRow> rows)
    {
        var text = new StringBuilder(RegisterExport.Line(file.Fields.Select(f => f.Name))).Append("\r\n");
        foreach (var row in rows)
            text.Append(RegisterExport.Line(file.Fields.Select(f => row.Values[f.Name] ?? ""))).Append("\r\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static byte[] Records(ExchangeFile file, List<ExchangeRow> rows) => Write(json =>
    {
        json.WriteStartArray();
        foreach (var row in rows)
        {
            json.WriteStartObject();
            foreach (var field in file.Fields)
                json.WriteString(field.Name, row.Values[field.Name]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static byte[] Manifest(ExchangeProfile profile, List<ExchangedFile> files, int cases, DateTimeOffset madeAt) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("profile", profile.Title);
        json.WriteString("version", profile.Version);
        json.WriteString("profileSha256", profile.Sha256);
        json.WriteString("madeAt", madeAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        json.WriteNumber("cases", cases);
        json.WriteStartArray("files");
        foreach (var file in files)
        {
            json.WriteStartObject();
            json.WriteString("name", file.Name);
            json.WriteNumber("records", file.Records);
            json.WriteNumber("bytes", file.Content.Length);
            json.WriteString("sha256", file.Sha256);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static byte[] Write(Action<Utf8JsonWriter> content)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Json))
            content(json);
        return bytes.ToArray();
    }
}
