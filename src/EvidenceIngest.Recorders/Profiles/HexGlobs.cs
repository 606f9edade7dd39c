namespace EvidenceIngest.Recorders.Profiles;

/// <summary>Ranges of numbers as patterns on their four hexadecimal digits, for those who only know patterns.</summary>
internal static class HexGlobs
{
    /// <summary>So many patterns still make a readable line.</summary>
    public const int Joined = 8;

    private const string Digits = "0123456789abcdef";

    /// <returns>Patterns of ?, digits and [sets], of which every number of the range fits exactly one and no other number any.</returns>
    public static IReadOnlyList<string> Covering(ushort first, ushort last) => [.. Covering(first, last, digits: 4)];

    private static IEnumerable<string> Covering(int first, int last, int digits)
    {
        if (digits == 0)
            return [""];
        var span = 1 << (4 * (digits - 1));
        var (low, high) = (first / span, last / span);
        if (low == high)
            return Covering(first % span, last % span, digits - 1).Select(rest => Digits[low] + rest);

        var globs = new List<string>();
        // What sticks out below and above the leading digits that are covered whole.
        if (first % span != 0)
            globs.AddRange(Covering(first % span, span - 1, digits - 1).Select(rest => Digits[low] + rest));
        var (from, to) = (first % span == 0 ? low : low + 1, last % span == span - 1 ? high : high - 1);
        if (from <= to)
            globs.Add(Set(from, to) + new string('?', digits - 1));
        if (last % span != span - 1)
            globs.AddRange(Covering(0, last % span, digits - 1).Select(rest => Digits[high] + rest));
        return globs;
    }

    // Every digit by itself: what a range like [9-b] means depends on the locale.
    private static string Set(int from, int to) => (from, to) switch
    {
        (0, 15) => "?",
        _ when from == to => Digits[from..(from + 1)],
        _ => $"[{Digits[from..(to + 1)]}]",
    };
}
