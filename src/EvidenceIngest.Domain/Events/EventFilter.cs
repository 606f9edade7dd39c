namespace EvidenceIngest.Domain.Events;

/// <summary>Which events a subscriber wants: <c>*</c>, <c>item.*</c>, <c>item.sealed</c>.</summary>
public static class EventFilter
{
    private const int Longest = 100;

    public const string Everything = "*";

    public static bool IsPattern(string? text)
    {
        if (text is null || text.Length is 0 or > Longest)
            return false;
        var name = text.EndsWith(".*", StringComparison.Ordinal) ? text[..^2] : text;
        return text == Everything || (name.Length > 0 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.'));
    }

    public static bool Wants(IEnumerable<string> patterns, string name) => patterns.Any(pattern =>
        pattern == Everything || pattern == name
        || (pattern.EndsWith(".*", StringComparison.Ordinal) && name.StartsWith(pattern[..^1], StringComparison.Ordinal)));
}
