using System.Globalization;
using System.Text;

namespace EvidenceIngest.Server.Transcription;

/// <summary>Engines' words as people write them.</summary>
internal static class SpokenText
{
    /// <summary>Words in a row: Chinese has no spaces between them, most other scripts do.</summary>
    public static string Join(IEnumerable<string> words)
    {
        var text = new StringBuilder();
        foreach (var word in words.Where(w => w.Length > 0))
        {
            if (text.Length > 0 && !(IsUnspaced(text[^1]) && IsUnspaced(word[0])))
                text.Append(' ');
            text.Append(word);
        }

        return text.ToString();
    }

    /// <summary>One line without what can't be seen, such as turns of direction, which in what people write is refused.</summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        // A lone surrogate becomes U+FFFD.
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator || Rune.IsWhiteSpace(rune))
            {
                if (clean.Length > 0 && clean[^1] != ' ')
                    clean.Append(' ');
            }
            else if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format)
            {
                clean.Append(rune);
            }
        }

        return clean.ToString().Trim();
    }

    // Chinese, Japanese and their punctuation; Korean has spaces.
    private static bool IsUnspaced(char c) => c is (>= '\u3000' and <= '\u30FF') or (>= '\u3400' and <= '\u9FFF') or (>= '\uF900' and <= '\uFAFF') or (>= '\uFF00' and <= '\uFFEF') || char.IsSurrogate(c);
}
