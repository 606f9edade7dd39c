using System.Globalization;
using System.Text.RegularExpressions;

namespace EvidenceIngest.Recorders.Profiles;

internal static class NameGrammarParser
{
    private const string ZoneExpected = "UTC or an IANA name such as Asia/Urumqi; left out: the agency's";

    private static readonly string[] Groups = ["dev", "police", "ts", "seq", "imp", "no", "ch"];

    public static List<NameGrammar> Parse(YamlFields profile)
    {
        var grammars = new List<NameGrammar>();
        foreach (var fields in profile.Mappings("names"))
        {
            var pattern = Pattern(fields, "pattern", required: true);
            var folder = Pattern(fields, "folder", required: false);
            var format = fields.Text("time", "a .NET time format such as yyyyMMddHHmmss");
            var zone = fields.Text("zone", ZoneExpected);
            fields.RefuseOthers();
            if (pattern is null)
                continue;

            var groups = GroupsOf(pattern).Concat(GroupsOf(folder)).ToList();
            foreach (var twice in GroupsOf(pattern).Intersect(GroupsOf(folder)))
                fields.Wrong("folder", $"group '{twice}' is in the pattern too", "each group once");
            if (groups.Contains("ch") && !groups.Contains("no"))
                fields.Wrong("pattern", "group 'ch' counts the chapters of a recording that nothing names", "group 'no' beside it");
            if (groups.Contains("ts") != format is not null)
                fields.Wrong("time", "goes together with group ts", "both or none");
            else if (format is not null && !ReadsBack(format, out _))
                fields.Wrong("time", $"'{format}' does not read back what it writes", "a .NET time format such as yyyyMMddHHmmss");
            grammars.Add(new NameGrammar(pattern, format)
            {
                Folder = folder,
                DateOnly = format is not null && ReadsBack(format, out var back) && back.TimeOfDay == TimeSpan.Zero,
                Zone = ZoneOf(zone, format, fields),
            });
        }

        if (grammars.Count == 0)
            profile.Wrong("names", "is missing or empty", "at least one pattern; '.+' takes any name");
        return grammars;
    }

    private static Regex? Pattern(YamlFields fields, string field, bool required)
    {
        if (fields.Text(field, "a regular expression", required) is not { } text
            || ProfilePattern.Compile(text, fields, field, ignoreCase: false) is not { } pattern)
        {
            return null;
        }

        foreach (var group in GroupsOf(pattern).Except(Groups))
            fields.Wrong(field, $"group '{group}' means nothing", ProfileParser.Among(Groups));
        return pattern;
    }

    private static IEnumerable<string> GroupsOf(Regex? pattern) => pattern?.GetGroupNames().Where(g => g != "0") ?? [];

    private static TimeZoneInfo? ZoneOf(string? name, string? format, YamlFields fields)
    {
        if (name is null)
            return null;
        if (format is null)
            fields.Wrong("zone", "goes together with a time", "both, or a time alone");
        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
            return zone;
        fields.Wrong("zone", $"'{name}' is no time zone", ZoneExpected);
        return null;
    }

    private static bool ReadsBack(string format, out DateTime back)
    {
        back = default;
        try
        {
            var sample = new DateTime(2013, 2, 28, 13, 14, 15);
            return DateTime.TryParseExact(
                    sample.ToString(format, CultureInfo.InvariantCulture), format, CultureInfo.InvariantCulture, DateTimeStyles.None, out back)
                && back.Date == sample.Date;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
