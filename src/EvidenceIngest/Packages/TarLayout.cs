using System.Globalization;
using System.Text;

namespace EvidenceIngest.Packages;

/// <param name="Path">In the bag.</param>
/// <param name="Bytes">Of its content.</param>
/// <param name="Start">Of its header in the archive.</param>
/// <param name="Header">One block, or three with a record of what an old header can't hold.</param>
internal sealed record TarPlace(string Path, long Bytes, long Start, byte[] Header)
{
    public long Content => Start + Header.Length;

    /// <summary>Of its content; what follows fills the block.</summary>
    public long ContentEnd => Content + Bytes;

    /// <summary>Where the next one starts.</summary>
    public long End => (ContentEnd + TarLayout.Block - 1) / TarLayout.Block * TarLayout.Block;
}

/// <summary>
/// A package as one archive (POSIX.1-2017 pax: ustar, with pax records where sizes or names need them), every byte of which is
/// known from the list of its files: sorted, one time, no owners. So an interrupted one goes on at any byte.
/// </summary>
internal static class TarLayout
{
    public const int Block = 512;

    /// <summary>Two empty blocks.</summary>
    public const int EndBytes = 2 * Block;

    // Eleven octal digits.
    private const long LargestOldSize = (1L << 33) - 1;
    private const int LongestOldName = 100;

    /// <param name="folder">What it unpacks to.</param>
    /// <param name="madeAt">Time of every file in it.</param>
    /// <param name="files">Paths and lengths.</param>
    public static IReadOnlyList<TarPlace> Of(string folder, DateTimeOffset madeAt, IEnumerable<(string Path, long Bytes)> files)
    {
        var places = new List<TarPlace>();
        foreach (var (path, bytes) in files.OrderBy(f => f.Path, StringComparer.Ordinal))
            places.Add(new TarPlace(path, bytes, places.Count == 0 ? 0 : places[^1].End, Header($"{folder}/{path}", bytes, madeAt)));
        return places;
    }

    /// <summary>The sum over a header's bytes, its own eight taken for spaces.</summary>
    public static int Checksum(ReadOnlySpan<byte> header)
    {
        var sum = 8 * ' ';
        for (var i = 0; i < Block; i++)
            sum += i is >= 148 and < 156 ? 0 : header[i];
        return sum;
    }

    private static byte[] Header(string name, long bytes, DateTimeOffset madeAt)
    {
        var records = new StringBuilder();
        if (Encoding.UTF8.GetByteCount(name) > LongestOldName)
            records.Append(Record("path", name));
        if (bytes > LargestOldSize)
            records.Append(Record("size", bytes.ToString(CultureInfo.InvariantCulture)));
        if (records.Length == 0)
            return OldHeader(name, bytes, madeAt, '0');
        var content = Encoding.UTF8.GetBytes(records.ToString());
        var padded = new byte[(content.Length + Block - 1) / Block * Block];
        content.CopyTo(padded, 0);
        return
        [
            .. OldHeader("PaxHeaders/record", content.Length, madeAt, 'x'), .. padded,
            .. OldHeader(name[..Math.Min(name.Length, LongestOldName / 4)], bytes > LargestOldSize ? 0 : bytes, madeAt, '0'),
        ];
    }

    /// <summary>Its length, which counts its own digits, a space, name=value and a line end.</summary>
    private static string Record(string name, string value)
    {
        var rest = Encoding.UTF8.GetByteCount($" {name}={value}\n");
        var length = rest;
        while (length != rest + length.ToString(CultureInfo.InvariantCulture).Length)
            length = rest + length.ToString(CultureInfo.InvariantCulture).Length;
        return string.Create(CultureInfo.InvariantCulture, $"{length} {name}={value}\n");
    }

    private static byte[] OldHeader(string name, long bytes, DateTimeOffset madeAt, char kind)
    {
        var header = new byte[Block];
        Encoding.UTF8.GetBytes(name).CopyTo(header, 0);
        Octal(header.AsSpan(100, 8), 0x1A4); // rw-r--r--
        Octal(header.AsSpan(108, 8), 0);
        Octal(header.AsSpan(116, 8), 0);
        Octal(header.AsSpan(124, 12), bytes);
        Octal(header.AsSpan(136, 12), Math.Max(0, madeAt.ToUnixTimeSeconds()));
        header[156] = (byte)kind;
        "ustar\0"u8.CopyTo(header.AsSpan(257));
        "00"u8.CopyTo(header.AsSpan(263));
        Octal(header.AsSpan(329, 8), 0);
        Octal(header.AsSpan(337, 8), 0);
        Octal(header.AsSpan(148, 7), Checksum(header));
        header[155] = (byte)' ';
        return header;
    }

    private static void Octal(Span<byte> field, long value)
    {
        for (var i = field.Length - 2; i >= 0; i--, value >>= 3)
            field[i] = (byte)('0' + (value & 7));
    }
}
