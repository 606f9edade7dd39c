using System.Globalization;
using System.Text;
using EvidenceIngest.Server.Packages.Report;

namespace EvidenceIngest.Server.Renditions;

/// <summary>
/// Where the words of a watermark stand: in tiles over the whole picture, so that none can be cut off without cutting the picture. What
/// people entered only ever stands in files that are drawn as they are; nothing of it gets into ffmpeg's arguments.
/// </summary>
internal static class WatermarkLayout
{
    public const string NameFile = "mark-name.txt";
    public const string ReferenceFile = "mark-reference.txt";
    public const string NameFont = "mark-name.ttf";
    public const string ReferenceFont = "mark-reference.ttf";

    private const int LettersPerLine = 20;
    private const int LettersPerTile = 22;
    private const int MostRows = 6;
    private const int SmallestLetter = 8;
    private const int LeastWidthOfTwo = 640;

    // DejaVu's digits and letters are 0.6 wide on average: 35 of them fill what twenty square characters do.
    private const double ReferenceScale = 0.85;
    private const double LineHeight = 1.35;

    // Debian's Chinese font without Latin letters has their full-width forms.
    private const int ToFullWidth = 0xFEE0;

    /// <summary>
    /// The name in lines of full-width characters. What can't be seen or has no glyph becomes its number: a name never vanishes, and
    /// never turns the line around.
    /// </summary>
    /// <param name="name">As entered.</param>
    /// <param name="canShow">Whether the font has a character.</param>
    public static IReadOnlyList<string> Lines(string name, Func<int, bool> canShow)
    {
        var letters = new List<string>();
        foreach (var rune in Shown.Text(name).EnumerateRunes())
        {
            if (Wide(rune.Value) is var wide && canShow(wide))
                letters.Add(char.ConvertFromUtf32(wide));
            else
                letters.AddRange(string.Create(CultureInfo.InvariantCulture, $"[U+{rune.Value:X4}]").Select(c => char.ConvertFromUtf32(Wide(c))));
        }

        return [.. letters.Chunk(LettersPerLine).Select(line => string.Concat(line))];
    }

    /// <param name="frame">Of the picture.</param>
    /// <param name="lines">Of the name.</param>
    /// <returns>A chain of drawtext filters.</returns>
    public static string Filter(FrameSize frame, int lines)
    {
        var columns = frame.Width >= LeastWidthOfTwo ? 2 : 1;
        var tile = frame.Width / columns;
        // What does not fit at that size, as a long name in a flat picture, gets smaller letters.
        var letter = Math.Max(SmallestLetter, Math.Min(tile / LettersPerTile, (int)(frame.Height / ((lines + 2) * LineHeight))));
        var height = (lines + 3) * letter * LineHeight;
        var rows = Math.Clamp((int)(frame.Height / height), 1, MostRows);
        var filters = new StringBuilder();
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var (x, y) = ((column * tile) + (letter / 2), (row * frame.Height / rows) + (letter / 3));
                Draw(filters, NameFont, NameFile, letter, x, y);
                Draw(filters, ReferenceFont, ReferenceFile, (int)(letter * ReferenceScale), x, y + (int)(lines * letter * LineHeight));
            }
        }

        return filters.ToString();
    }

    // expansion=none: a name such as %{localtime} is a name. text_shaping=0: the order of what is drawn is the order of what was written.
    private static void Draw(StringBuilder filters, string font, string text, int size, int x, int y) => filters
        .Append(filters.Length > 0 ? "," : "")
        .Append(CultureInfo.InvariantCulture, $"drawtext=fontfile={font}:textfile={text}:expansion=none:text_shaping=0:fontsize={size}")
        .Append(CultureInfo.InvariantCulture, $":fontcolor=white@0.5:borderw=1:bordercolor=black@0.5:x={x}:y={y}");

    private static int Wide(int character) => character switch { ' ' => 0x3000, > ' ' and < 0x7F => character + ToFullWidth, _ => character };
}
