using System.Globalization;
using System.Text;

namespace EvidenceIngest.Recorders.Profiles.Dialogue;

/// <summary>Texts and numbers as recorders write them.</summary>
internal static class DialogueText
{
    public static readonly string[] Units = ["year", "month", "day", "hour", "minute", "second"];

    private static readonly Encoding Ascii =
        Encoding.GetEncoding("us-ascii", EncoderFallback.ExceptionFallback, DecoderFallback.ReplacementFallback);

    // Asked from the provider directly: registering it would change what Encoding.GetEncoding gives everybody.
    private static readonly Encoding Gbk = CodePagesEncodingProvider.Instance.GetEncoding(
        936, EncoderFallback.ExceptionFallback, DecoderFallback.ReplacementFallback)!;

    /// <summary>Writing throws <see cref="EncoderFallbackException"/> for what it can't express; reading replaces it.</summary>
    public static Encoding Of(ReplyEncoding encoding) => encoding == ReplyEncoding.Gbk ? Gbk : Ascii;

    /// <summary>Pairs of hexadecimal digits, blanks between them as one likes; null when it is anything else.</summary>
    public static byte[]? Hex(string text)
    {
        var digits = string.Concat(text.Where(c => c != ' '));
        return digits.Length > 0 && digits.Length % 2 == 0 && digits.All(char.IsAsciiHexDigit) ? Convert.FromHexString(digits) : null;
    }

    /// <summary>Such as u16le year, u8 month; null when it is anything else or a unit occurs twice.</summary>
    public static IReadOnlyList<TimeNumber>? Layout(IEnumerable<string> items)
    {
        var numbers = new List<TimeNumber>();
        foreach (var item in items)
        {
            if (item.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var type, var unit] || !Units.Contains(unit)
                || numbers.Any(n => n.Unit == unit))
            {
                return null;
            }

            if (type is not ("u8" or "u16le" or "u16be"))
                return null;
            numbers.Add(new TimeNumber(unit, type == "u8" ? 1 : 2, type == "u16be"));
        }

        return numbers.Count > 0 ? numbers : null;
    }

    /// <summary>Whether a .NET format writes what it can read again; a single letter would be a standard format of some culture.</summary>
    public static bool IsTimeFormat(string format)
    {
        try
        {
            var sample = new DateTime(2013, 2, 28, 13, 14, 15);
            return format.Length > 1 && DateTime.TryParseExact(
                sample.ToString(format, CultureInfo.InvariantCulture), format, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
