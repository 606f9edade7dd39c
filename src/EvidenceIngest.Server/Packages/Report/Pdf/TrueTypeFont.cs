using System.Buffers.Binary;
using System.Text;

namespace EvidenceIngest.Server.Packages.Report.Pdf;

/// <summary>
/// What a document needs of a TrueType font: which characters it has, how wide they are, and their outlines. The OpenType specification,
/// tables cmap (formats 4 and 12), hhea, hmtx, head, maxp, loca, glyf.
/// </summary>
internal sealed class TrueTypeFont
{
    private readonly byte[] _data;
    private readonly Dictionary<string, (int Offset, int Length)> _tables = new(StringComparer.Ordinal);
    private readonly Dictionary<int, double> _widths = [];
    private readonly int _characters;
    private readonly int _format;
    private readonly int _unitsPerEm;
    private readonly int _longMetrics;
    private readonly bool _hasLongPlaces;

    /// <exception cref="InvalidDataException">No TrueType font, or one without a table of Unicode characters.</exception>
    public TrueTypeFont(byte[] data)
    {
        _data = data;
        try
        {
            // 'true' and 1.0; 'OTTO' has outlines of another kind, 'ttcf' holds several fonts.
            if (Int32(0) is not (0x00010000 or 0x74727565))
                throw new InvalidDataException("it has no TrueType outlines");
            for (var i = 0; i < Int16(4); i++)
                _tables[Encoding.ASCII.GetString(data, 12 + (i * 16), 4)] = (Int32(12 + (i * 16) + 8), Int32(12 + (i * 16) + 12));
            _unitsPerEm = Int16(_tables["head"].Offset + 18);
            _longMetrics = Int16(_tables["hhea"].Offset + 34);
            GlyphCount = Int16(_tables["maxp"].Offset + 4);
            _hasLongPlaces = Int16(_tables["head"].Offset + 50) == 1;
            _ = (_tables["glyf"], _tables["loca"], _tables["hmtx"]);
            (_characters, _format) = FindCharacters();
        }
        catch (Exception e) when (e is ArgumentException or KeyNotFoundException or IndexOutOfRangeException)
        {
            throw new InvalidDataException("it is cut off", e);
        }
    }

    public int GlyphCount { get; }

    /// <summary>A table's bytes; empty when the font has none of that name.</summary>
    public ReadOnlySpan<byte> Table(string name) => _tables.TryGetValue(name, out var place) ? _data.AsSpan(place.Offset, place.Length) : [];

    /// <summary>A glyph's outline as it stands in the table glyf; empty for white space.</summary>
    public ReadOnlySpan<byte> Outline(int glyph)
    {
        var (from, to) = (Place(glyph), Place(glyph + 1));
        return Table("glyf")[from..to];
    }

    /// <summary>0 when it has none.</summary>
    public int Glyph(int character) => _format == 12 ? GlyphOfGroups(character) : character > 0xFFFF ? 0 : GlyphOfSegments(character);

    /// <summary>Of the font's size.</summary>
    public double Width(int character)
    {
        if (!_widths.TryGetValue(character, out var width))
            _widths[character] = width = GlyphWidth(Glyph(character));
        return width;
    }

    public double GlyphWidth(int glyph) => (double)Int16(_tables["hmtx"].Offset + (Math.Min(glyph, _longMetrics - 1) * 4)) / _unitsPerEm;

    private int Place(int glyph)
    {
        var places = _tables["loca"].Offset;
        return _hasLongPlaces ? Int32(places + (glyph * 4)) : Int16(places + (glyph * 2)) * 2;
    }

    private (int Offset, int Format) FindCharacters()
    {
        var map = _tables["cmap"].Offset;
        var best = (Offset: 0, Format: 0);
        for (var i = 0; i < Int16(map + 2); i++)
        {
            var platform = Int16(map + 4 + (i * 8));
            var offset = map + Int32(map + 4 + (i * 8) + 4);
            // Unicode and Windows; 12 knows characters beyond the first 65,536.
            if (platform is 0 or 3 && Int16(offset) is 4 or 12 && Int16(offset) > best.Format)
                best = (offset, Int16(offset));
        }

        return best.Format != 0 ? best : throw new InvalidDataException("it has no table of Unicode characters");
    }

    private int GlyphOfGroups(int character)
    {
        var (low, high) = (0, Int32(_characters + 12) - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var group = _characters + 16 + (middle * 12);
            if (character < Int32(group))
                high = middle - 1;
            else if (character > Int32(group + 4))
                low = middle + 1;
            else
                return Int32(group + 8) + character - Int32(group);
        }

        return 0;
    }

    private int GlyphOfSegments(int character)
    {
        var twice = Int16(_characters + 6);
        for (var i = 0; i < twice; i += 2)
        {
            if (Int16(_characters + 14 + i) < character)
                continue;
            var start = Int16(_characters + 16 + twice + i);
            if (start > character)
                return 0;
            var delta = Int16(_characters + 16 + (twice * 2) + i);
            var rangePlace = _characters + 16 + (twice * 3) + i;
            if (Int16(rangePlace) == 0)
                return (character + delta) & 0xFFFF;
            var glyph = Int16(rangePlace + Int16(rangePlace) + ((character - start) * 2));
            return glyph == 0 ? 0 : (glyph + delta) & 0xFFFF;
        }

        return 0;
    }

    private int Int16(int offset) => BinaryPrimitives.ReadUInt16BigEndian(_data.AsSpan(offset));

    private int Int32(int offset) => BinaryPrimitives.ReadInt32BigEndian(_data.AsSpan(offset));
}
