namespace EvidenceIngest.Server.Packages.Report.Pdf;

internal enum Face
{
    /// <summary>Chinese characters; the font has no Latin letters.</summary>
    Chinese,
    Latin,
    LatinBold,

    /// <summary>Digests.</summary>
    Digits,
}

/// <summary>
/// The fonts of Debian's fonts-droid-fallback (Apache-2.0) and fonts-dejavu-core (Bitstream Vera licence). Chosen because
/// they are single files with TrueType outlines, which are the simplest to embed: Noto CJK has CFF outlines, the WenQuanYi fonts are
/// collections.
/// </summary>
internal sealed class ReportFonts
{
    private const int FirstPunctuation = 0x2010;

    private static readonly (Face Face, string File)[] Files =
    [
        (Face.Chinese, "droid/DroidSansFallbackFull.ttf"), (Face.Latin, "dejavu/DejaVuSans.ttf"),
        (Face.LatinBold, "dejavu/DejaVuSans-Bold.ttf"), (Face.Digits, "dejavu/DejaVuSansMono.ttf"),
    ];

    private readonly Dictionary<Face, TrueTypeFont> _fonts;

    private ReportFonts(Dictionary<Face, TrueTypeFont> fonts) => _fonts = fonts;

    /// <summary>Null with the reason when one is missing or can't be used.</summary>
    public static ReportFonts? Find(string folder, out string? missing)
    {
        var fonts = new Dictionary<Face, TrueTypeFont>();
        foreach (var (face, file) in Files)
        {
            var path = Path.Combine(folder, file);
            try
            {
                fonts[face] = new TrueTypeFont(File.ReadAllBytes(path));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                missing = $"{path}: {e.Message}";
                return null;
            }
        }

        missing = null;
        return new ReportFonts(fonts);
    }

    /// <summary>Which face shows a character when this one is wanted; null when none can.</summary>
    public Face? FaceOf(int character, Face wanted) =>
        // Dashes, dots and quotation marks are as wide as a character in Chinese and look lost otherwise.
        character >= FirstPunctuation && _fonts[Face.Chinese].Glyph(character) != 0 ? Face.Chinese
        : _fonts[wanted].Glyph(character) != 0 ? wanted
        : _fonts[Face.Chinese].Glyph(character) != 0 ? Face.Chinese
        : _fonts[Face.Latin].Glyph(character) != 0 ? Face.Latin
        : null;

    public double Width(int character, Face face) => _fonts[face].Width(character);

    public TrueTypeFont Of(Face face) => _fonts[face];
}
