using System.Globalization;
using System.Text;

namespace EvidenceIngest.Recorders.Listing;

/// <summary>
/// The printable form of a recorder's raw path. Two different raw paths never give the same text: nothing is normalised,
/// '%' itself is escaped, and the text leads back to the bytes.
/// </summary>
public static class RecorderPathText
{
    /// <summary>UTF-8 stays; bytes that are no valid UTF-8, control and invisible characters, and '%' become %XX.</summary>
    public static string FromRaw(ReadOnlySpan<byte> raw)
    {
        var text = new StringBuilder(raw.Length);
        Span<char> utf16 = stackalloc char[2];
        while (!raw.IsEmpty)
        {
            var valid = Rune.DecodeFromUtf8(raw, out var rune, out var bytes) == System.Buffers.OperationStatus.Done;
            if (valid && IsPrintable(rune))
            {
                text.Append(utf16[..rune.EncodeToUtf16(utf16)]);
            }
            else
            {
                foreach (var b in raw[..bytes])
                    text.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
            }

            raw = raw[bytes..];
        }

        return text.ToString();
    }

    /// <summary>The bytes that a text stands for.</summary>
    /// <exception cref="FormatException">A '%' without two hexadecimal digits after it.</exception>
    public static byte[] ToRaw(string text)
    {
        var raw = new List<byte>(text.Length);
        var utf8 = Encoding.UTF8.GetBytes(text);
        for (var i = 0; i < utf8.Length; i++)
        {
            if (utf8[i] != (byte)'%')
                raw.Add(utf8[i]);
            else if (i + 2 < utf8.Length && char.IsAsciiHexDigit((char)utf8[i + 1]) && char.IsAsciiHexDigit((char)utf8[i + 2]))
                raw.Add(Convert.FromHexString([(char)utf8[++i], (char)utf8[++i]])[0]);
            else
                throw new FormatException($"'{text}' has a '%' that no byte follows");
        }

        return [.. raw];
    }

    /// <summary>
    /// Format characters are escaped with the controls: a right-to-left override makes "gpj.exe" of a name on the screen.
    /// </summary>
    private static bool IsPrintable(Rune rune) => rune.Value != '%' && Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
