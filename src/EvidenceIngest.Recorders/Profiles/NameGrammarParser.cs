using System.Globalization;

namespace EvidenceIngest.Recorders.Profiles;

internal static class NameGrammarParser
{
    private static readonly string[] Groups = ["dev", "police", "ts", "seq", "imp"];

    public static List<NameGrammar> Parse(YamlFields profile)
    {
        var grammars = new List<NameGrammar>();
        foreach (var fields in profile.Mappings("names"))
        {
            var pattern = fields.Text("pattern", "a regular expression", required: true);
            var format = fields.Text("time", "a .NET time format such as yyyyMMddHHmmss");
            fields.Text("source", "where the facts come from");
            fields.RefuseOthers();
            if (pattern is null || ProfilePattern.Compile(pattern, fields, "pattern", ignoreCase: false) is not { } regex)
                continue;

            foreach (var group in regex.GetGroupNames().Where(g => g != "0" && !Groups.Contains(g)))
                fields.Wrong("pattern", $"group '{group}' means nothing", ProfileParser.Among(Groups));
            if (regex.GetGroupNames().Contains("ts") != format is not null)
                fields.Wrong("time", "goes together with group ts", "both or none");
            else if (format is not null && !ReadsBack(format))
                fields.Wrong("time", $"'{format}' does not read back what it writes", "a .NET time format such as yyyyMMddHHmmss");
            grammars.Add(new NameGrammar(regex, format));
        }

        if (grammars.Count == 0)
            profile.Wrong("names", "is missing or empty", "at least one pattern; '.+' takes any name");
        return grammars;
    }

    private static bool ReadsBack(string format)
    {
        try
        {
            var sample = new DateTime(2013, 2, 28, 13, 14, 15);
            return DateTime.TryParseExact(
                    sample.ToString(format, CultureInfo.InvariantCulture), format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var back)
                && back.Date == sample.Date;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
