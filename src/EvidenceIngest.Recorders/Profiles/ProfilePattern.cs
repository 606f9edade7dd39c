using System.Text.RegularExpressions;

namespace EvidenceIngest.Recorders.Profiles;

/// <summary>
/// Patterns meet names that strangers chose, so they run on the engine that never backtracks: time is linear in the name's
/// length. It has no lookarounds and no back-references, which no file name needs.
/// </summary>
internal static class ProfilePattern
{
    public static Regex? Compile(string pattern, YamlFields fields, string field, bool ignoreCase)
    {
        try
        {
            return new Regex(
                pattern,
                RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
                | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None));
        }
        catch (ArgumentException e)
        {
            fields.Wrong(field, e.Message, "a regular expression");
        }
        catch (NotSupportedException e)
        {
            fields.Wrong(field, e.Message, "a regular expression without lookaround and back-references");
        }

        return null;
    }
}
