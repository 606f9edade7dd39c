using System.Globalization;
using System.Text;

namespace EvidenceIngest.Server.Packages.Report.Pdf;

/// <summary>One face in a document: remembers what is used of it, and embeds that with the way back to characters, for copying and searching.</summary>
internal sealed class PdfFont(Face face, TrueTypeFont font)
{
    private const int MostPerBlock = 100;

    private readonly SortedDictionary<int, string> _used = [];

    public bool IsUsed => _used.Count > 0;

    public string Name => face.ToString();

    /// <summary>As a content stream shows it: two bytes a glyph.</summary>
    public string Encode(string text)
    {
        var glyphs = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            var glyph = font.Glyph(rune.Value);
            _used.TryAdd(glyph, rune.ToString());
            glyphs.Append(CultureInfo.InvariantCulture, $"{glyph:X4}");
        }

        return glyphs.ToString();
    }

    /// <summary>The number of the font object.</summary>
    public int Embed(PdfFile pdf)
    {
        // Six letters say that it is a subset (ISO 32000-1, 9.6.4).
        var name = "EVIDNC+" + face;
        var subset = FontSubset.Of(font, _used.Keys);
        var file = pdf.AddStream(subset, string.Create(CultureInfo.InvariantCulture, $"/Length1 {subset.Length}"));
        // Flag 4: the glyphs are not those of an alphabet that readers know. Viewers use the font's own metrics.
        var descriptor = pdf.Add(
            $"<< /Type /FontDescriptor /FontName /{name} /Flags 4 /FontBBox [-200 -300 1200 1000] /ItalicAngle 0 /Ascent 900 /Descent -250 /CapHeight 720 /StemV 80 /FontFile2 {file} 0 R >>");
        var widths = string.Join(' ', _used.Keys.Select(g => string.Create(CultureInfo.InvariantCulture, $"{g} [{font.GlyphWidth(g) * 1000:0.#}]")));
        var descendant = pdf.Add(
            $"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor {descriptor} 0 R /DW 1000 /W [{widths}] /CIDToGIDMap /Identity >>");
        var characters = pdf.AddStream(Encoding.ASCII.GetBytes(Characters()));
        return pdf.Add($"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H /DescendantFonts [{descendant} 0 R] /ToUnicode {characters} 0 R >>");
    }

    /// <summary>A CMap from glyphs to UTF-16 (ISO 32000-1, 9.10.3).</summary>
    private string Characters()
    {
        var map = new StringBuilder(
            """
            /CIDInit /ProcSet findresource begin
            12 dict begin
            begincmap
            /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
            /CMapName /Adobe-Identity-UCS def
            /CMapType 2 def
            1 begincodespacerange
            <0000> <FFFF>
            endcodespacerange

            """);
        foreach (var block in _used.Chunk(MostPerBlock))
        {
            map.Append(CultureInfo.InvariantCulture, $"{block.Length} beginbfchar\n");
            foreach (var (glyph, text) in block)
                map.Append(CultureInfo.InvariantCulture, $"<{glyph:X4}> <{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(text))}>\n");
            map.Append("endbfchar\n");
        }

        return map.Append("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n").ToString();
    }
}
