using System.Globalization;
using System.Text.RegularExpressions;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Listing;

/// <summary>What a profile's grammars read from a file name.</summary>
/// <param name="Kind">By the ending.</param>
/// <param name="Grammar">The first that matched.</param>
/// <param name="Device">Group dev, or null.</param>
/// <param name="Officer">Group police, or null.</param>
/// <param name="Time">Group ts, in the grammar's zone; null when there is none, or it is no date.</param>
/// <param name="TimeText">Group ts as written, or null.</param>
/// <param name="Sequence">Group seq, or null.</param>
/// <param name="RecordingNumber">Group no, or null.</param>
/// <param name="Chapter">Group ch, or null.</param>
/// <param name="KeyMarked">Group imp took part, or a folder of the path is for key-marked files.</param>
public sealed record NameReading(
    MediaKind Kind,
    NameGrammar Grammar,
    string? Device,
    string? Officer,
    DateTime? Time,
    string? TimeText,
    int? Sequence,
    int? RecordingNumber,
    int? Chapter,
    bool KeyMarked);

/// <summary>Reads file names by a profile's grammars.</summary>
public static class FileNaming
{
    /// <param name="profile">Whose grammars and kinds.</param>
    /// <param name="path">Printable, '/' between folders; a name alone will do where the profile doesn't look at folders.</param>
    /// <returns>Null when the profile doesn't know the ending or no grammar matches: the file is a stranger.</returns>
    public static NameReading? Read(HardwareProfile profile, string path) =>
        profile.Kinds.TryGetValue(EndingOf(path), out var kind) ? Read(profile, path, kind) : null;

    /// <summary>A companion's name, which the same grammars may read, such as a proxy's with its recording's number.</summary>
    internal static NameReading? ReadCompanion(HardwareProfile profile, string path) => Read(profile, path, MediaKind.Other);

    /// <summary>Lower case, without dot; empty when there is none.</summary>
    internal static string EndingOf(string path)
    {
        var name = NameOf(path);
        return name.LastIndexOf('.') is var dot and >= 0 ? name[(dot + 1)..].ToLowerInvariant() : "";
    }

    internal static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static NameReading? Read(HardwareProfile profile, string path, MediaKind kind)
    {
        var elements = path.Split('/');
        foreach (var grammar in profile.Names)
        {
            if (grammar.Pattern.Match(elements[^1]) is not { Success: true } match)
                continue;
            var folder = grammar.Folder?.Match(elements.Length > 1 ? elements[^2] : "");
            if (folder is not { Success: false })
                return Read(kind, grammar, match, folder, IsKeyMarked(profile, elements));
        }

        return null;
    }

    private static NameReading Read(MediaKind kind, NameGrammar grammar, Match match, Match? folder, bool inKeyFolder)
    {
        var timeText = Text("ts");
        var time = DateTime.TryParseExact(
            timeText, grammar.TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed)
            ? parsed
            : (DateTime?)null;
        return new NameReading(
            kind, grammar, Text("dev"), Text("police"), time, timeText, Number("seq"), Number("no"), Number("ch"),
            inKeyFolder || Text("imp") is not null);

        string? Text(string group) =>
            match.Groups[group] is { Success: true, Length: > 0 } inName ? inName.Value
            : folder?.Groups[group] is { Success: true, Length: > 0 } inFolder ? inFolder.Value
            : null;

        int? Number(string group) =>
            int.TryParse(Text(group), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private static bool IsKeyMarked(HardwareProfile profile, string[] elements) => profile.KeyFolders.Count > 0
        && elements[..^1].Any(folder => profile.KeyFolders.Contains(folder, StringComparer.OrdinalIgnoreCase));
}
