using System.Text;
using System.Text.RegularExpressions;

namespace EvidenceIngest.Server.Custody.Reading;

/// <summary>
/// A sentence of the custody log beside its Chinese reading: <c>{name:kind}</c> stands for what changes, with a kind of
/// <see cref="PhraseValues"/> (any text without one), and <c>[ ]</c> for what may be missing. The n-th bracket of one language is the n-th of the other.
/// </summary>
internal sealed partial class Phrase(string english, string chinese)
{
    // Far more than any honest text takes, also on a machine that is full.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(500);

    private readonly Lazy<Regex> _pattern = new(() => Compile(english));

    public string English => english;

    public string Chinese => chinese;

    /// <summary>In Chinese; null when the text is another sentence.</summary>
    /// <param name="text">As it was recorded.</param>
    /// <param name="zone">Of the times in the reading.</param>
    /// <exception cref="RegexMatchTimeoutException">Somebody made up a text that can be taken apart in too many ways.</exception>
    public string? Read(string text, TimeZoneInfo zone)
    {
        var match = _pattern.Value.Match(text);
        if (!match.Success)
            return null;
        var kinds = Pieces().Matches(english).Where(p => p.Groups["name"].Success).ToDictionary(p => p.Groups["name"].Value, p => p.Groups["kind"].Value, StringComparer.Ordinal);
        var reading = new StringBuilder();
        var (at, bracket, isShown) = (0, 0, true);
        foreach (Match piece in Pieces().Matches(chinese))
        {
            Add(chinese[at..piece.Index]);
            at = piece.Index + piece.Length;
            if (piece.Value == "[")
                isShown = match.Groups[$"optional{bracket++}"].Success;
            else if (piece.Value == "]")
                isShown = true;
            else
                Add(PhraseValues.Read(kinds[piece.Groups["name"].Value], match.Groups[piece.Groups["name"].Value].Value, zone));
        }

        Add(chinese[at..]);
        return reading.ToString();

        void Add(string words)
        {
            if (isShown)
                reading.Append(words);
        }
    }

    private static Regex Compile(string english)
    {
        var pattern = new StringBuilder(@"\A");
        var (at, bracket) = (0, 0);
        foreach (Match piece in Pieces().Matches(english))
        {
            pattern.Append(Regex.Escape(english[at..piece.Index]));
            at = piece.Index + piece.Length;
            pattern.Append(piece.Value switch
            {
                "[" => $"(?<optional{bracket++}>",
                "]" => ")?",
                _ => $"(?<{piece.Groups["name"].Value}>{PhraseValues.Pattern(piece.Groups["kind"].Value)})",
            });
        }

        // What is read may have been written by anybody: hence the limit. Automata that need none take a second to build for the first page.
        return new Regex(pattern.Append(Regex.Escape(english[at..])).Append(@"\z").ToString(), RegexOptions.Singleline | RegexOptions.CultureInvariant, Longest);
    }

    [GeneratedRegex(@"\{(?<name>\w+)(?::(?<kind>\w+))?\}|\[|\]")]
    private static partial Regex Pieces();
}
