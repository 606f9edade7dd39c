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
/// <param name="Time">Group ts, recorder-local; null when there is none, or it is no date.</param>
/// <param name="TimeText">Group ts as written, or null.</param>
/// <param name="Sequence">Group seq, or null.</param>
/// <param name="KeyMarked">Group imp took part.</param>
public sealed record NameReading(
    MediaKind Kind,
    NameGrammar Grammar,
    string? Device,
    string? Officer,
    DateTime? Time,
    string? TimeText,
    int? Sequence,
    bool KeyMarked);

/// <summary>Reads file names by a profile's grammars.</summary>
public static class FileNaming
{
    /// <param name="profile">Whose grammars and kinds.</param>
    /// <param name="name">Last element of a printable path.</param>
    /// <returns>Null when the profile doesn't know the ending or no grammar matches: the file is a stranger.</returns>
    public static NameReading? Read(HardwareProfile profile, string name)
    {
        var dot = name.LastIndexOf('.');
        if (dot < 0 || !profile.Kinds.TryGetValue(name[(dot + 1)..].ToLowerInvariant(), out var kind))
            return null;
        foreach (var grammar in profile.Names)
        {
            if (grammar.Pattern.Match(name) is { Success: true } match)
                return Read(kind, grammar, match);
        }

        return null;
    }

    private static NameReading Read(MediaKind kind, NameGrammar grammar, Match match)
    {
        var timeText = Text(match, "ts");
        var time = DateTime.TryParseExact(
            timeText, grammar.TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed)
            ? parsed
            : (DateTime?)null;
        var sequence = int.TryParse(Text(match, "seq"), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : (int?)null;
        return new NameReading(
            kind, grammar, Text(match, "dev"), Text(match, "police"), time, timeText, sequence, match.Groups["imp"].Success);
    }

    private static string? Text(Match match, string group) =>
        match.Groups[group] is { Success: true, Length: > 0 } found ? found.Value : null;
}
