using System.Buffers.Binary;
using System.Text;

namespace EvidenceIngest.Server.Packages.Report.Pdf;

/// <summary>
/// A font with the outlines of the given glyphs alone, under their old numbers, as PDF embeds it (ISO 32000-1, 9.9: a TrueType
/// font in a CIDFont needs neither cmap nor name).
/// </summary>
internal static class FontSubset
{
    // Of composite glyphs (OpenType, table glyf): what follows a component's flags, and whether there is another one.
    private const int ArgumentsAreWords = 0x0001;
    private const int HasScale = 0x0008;
    private const int MoreComponents = 0x0020;
    private const int HasTwoScales = 0x0040;
    private const int HasMatrix = 0x0080;

    private static readonly string[] Copied = ["cvt ", "fpgm", "hhea", "hmtx", "maxp", "prep"];

    public static byte[] Of(TrueTypeFont font, IEnumerable<int> glyphs)
    {
        var kept = WithComponents(font, glyphs);
        using var outlines = new MemoryStream();
        var places = new byte[(font.GlyphCount + 1) * 4];
        for (var glyph = 0; glyph < font.GlyphCount; glyph++)
        {
            BinaryPrimitives.WriteInt32BigEndian(places.AsSpan(glyph * 4), (int)outlines.Length);
            if (!kept.Contains(glyph))
                continue;
            outlines.Write(font.Outline(glyph));
            outlines.Write(new byte[(4 - (outlines.Length % 4)) % 4]);
        }

        BinaryPrimitives.WriteInt32BigEndian(places.AsSpan(font.GlyphCount * 4), (int)outlines.Length);
        var head = font.Table("head").ToArray();
        // Places are four bytes long from now on.
        BinaryPrimitives.WriteInt16BigEndian(head.AsSpan(50), 1);
        var tables = new SortedDictionary<string, byte[]>(StringComparer.Ordinal) { ["glyf"] = outlines.ToArray(), ["head"] = head, ["loca"] = places };
        foreach (var name in Copied.Where(name => font.Table(name).Length > 0))
            tables[name] = font.Table(name).ToArray();
        return Write(tables);
    }

    private static HashSet<int> WithComponents(TrueTypeFont font, IEnumerable<int> glyphs)
    {
        var kept = new HashSet<int>();
        // Glyph 0 stands for what is missing; every font has it.
        var open = new Stack<int>(glyphs.Append(0));
        while (open.TryPop(out var glyph))
        {
            if (glyph >= font.GlyphCount || !kept.Add(glyph))
                continue;
            var outline = font.Outline(glyph);
            if (outline.Length < 10 || BinaryPrimitives.ReadInt16BigEndian(outline) >= 0)
                continue;
            int flags;
            var place = 10;
            do
            {
                flags = BinaryPrimitives.ReadUInt16BigEndian(outline[place..]);
                open.Push(BinaryPrimitives.ReadUInt16BigEndian(outline[(place + 2)..]));
                place += 4 + ((flags & ArgumentsAreWords) != 0 ? 4 : 2)
                    + ((flags & HasScale) != 0 ? 2 : (flags & HasTwoScales) != 0 ? 4 : (flags & HasMatrix) != 0 ? 8 : 0);
            }
            while ((flags & MoreComponents) != 0);
        }

        return kept;
    }

    private static byte[] Write(SortedDictionary<string, byte[]> tables)
    {
        var offset = 12 + (tables.Count * 16);
        var font = new byte[offset + tables.Values.Sum(t => Padded(t.Length))];
        BinaryPrimitives.WriteInt32BigEndian(font, 0x00010000);
        BinaryPrimitives.WriteInt16BigEndian(font.AsSpan(4), (short)tables.Count);
        // For readers that search the tables by halves.
        var power = 1 << (int)Math.Log2(tables.Count);
        BinaryPrimitives.WriteInt16BigEndian(font.AsSpan(6), (short)(power * 16));
        BinaryPrimitives.WriteInt16BigEndian(font.AsSpan(8), (short)Math.Log2(power));
        BinaryPrimitives.WriteInt16BigEndian(font.AsSpan(10), (short)((tables.Count - power) * 16));
        var entry = 12;
        foreach (var (name, content) in tables)
        {
            Encoding.ASCII.GetBytes(name, font.AsSpan(entry));
            BinaryPrimitives.WriteUInt32BigEndian(font.AsSpan(entry + 4), Sum(content));
            BinaryPrimitives.WriteInt32BigEndian(font.AsSpan(entry + 8), offset);
            BinaryPrimitives.WriteInt32BigEndian(font.AsSpan(entry + 12), content.Length);
            content.CopyTo(font, offset);
            offset += Padded(content.Length);
            entry += 16;
        }

        return font;
    }

    private static int Padded(int length) => (length + 3) & ~3;

    private static uint Sum(byte[] table)
    {
        Span<byte> word = stackalloc byte[4];
        uint sum = 0;
        for (var i = 0; i < table.Length; i += 4)
        {
            word.Clear();
            table.AsSpan(i, Math.Min(4, table.Length - i)).CopyTo(word);
            sum = unchecked(sum + BinaryPrimitives.ReadUInt32BigEndian(word));
        }

        return sum;
    }
}
