namespace EvidenceIngest.Web.Personal;

/// <summary>Bytes with what lets a reader mend them: byte mode, level M (ISO/IEC 18004, 7.4 and 7.5).</summary>
internal static class QrCodewords
{
    private const int ByteMode = 0b0100;

    // x^8 + x^4 + x^3 + x^2 + 1
    private const int Field = 0x11D;

    /// <summary>By version from 1: correcting codewords of each block, blocks, data codewords of the shorter blocks, longer blocks (with one more).</summary>
    private static readonly (int Correcting, int Blocks, int Data, int Longer)[] Versions =
        [(10, 1, 16, 0), (16, 1, 28, 0), (26, 1, 44, 0), (18, 2, 32, 0), (24, 2, 43, 0), (16, 4, 27, 0), (18, 4, 31, 0), (22, 4, 38, 2), (22, 5, 36, 2), (26, 5, 43, 1)];

    /// <returns>The smallest version that holds them, and its codewords in the order in which they are drawn.</returns>
    /// <exception cref="ArgumentException">They are more than 213.</exception>
    public static (int Version, byte[] Codewords) Of(ReadOnlySpan<byte> content)
    {
        for (var version = 1; version <= Versions.Length; version++)
        {
            var (correcting, blocks, data, longer) = Versions[version - 1];
            var capacity = (blocks * data) + longer;
            if (HeadBits(version) + (content.Length * 8) <= capacity * 8)
                return (version, Interleave(Pack(content, version, capacity), correcting, blocks, data, longer));
        }

        throw new ArgumentException($"{content.Length} bytes are too many for a code of version {Versions.Length}", nameof(content));
    }

    private static int LengthBits(int version) => version < 10 ? 8 : 16;

    private static int HeadBits(int version) => 4 + LengthBits(version);

    private static byte[] Pack(ReadOnlySpan<byte> content, int version, int capacity)
    {
        var (packed, at) = (new byte[capacity], 0);
        Append(ByteMode, 4);
        Append(content.Length, LengthBits(version));
        foreach (var value in content)
            Append(value, 8);
        // Four bits end it, as far as there is room; then whole codewords of filling.
        at = (Math.Min(at + 4, capacity * 8) + 7) / 8;
        for (var i = at; i < capacity; i++)
            packed[i] = (byte)((i - at) % 2 == 0 ? 0xEC : 0x11);
        return packed;

        void Append(int value, int bits)
        {
            for (var bit = bits - 1; bit >= 0; bit--, at++)
                packed[at / 8] |= (byte)(((value >> bit) & 1) << (7 - (at % 8)));
        }
    }

    /// <summary>First of every block, second of every block…; then their correcting codewords likewise.</summary>
    private static byte[] Interleave(byte[] packed, int correcting, int blocks, int data, int longer)
    {
        var (parts, at) = (new List<byte[]>(), 0);
        for (var block = 0; block < blocks; block++)
        {
            var length = data + (block >= blocks - longer ? 1 : 0);
            parts.Add(packed[at..(at + length)]);
            at += length;
        }

        var divisor = Divisor(correcting);
        var remainders = parts.ConvertAll(part => Remainder(part, divisor));
        return
        [
            .. Enumerable.Range(0, data + 1).SelectMany(i => parts.Where(p => i < p.Length).Select(p => p[i])),
            .. Enumerable.Range(0, correcting).SelectMany(i => remainders.Select(r => r[i])),
        ];
    }

    /// <summary>(x - a^0)(x - a^1)…, highest power left out, a = 2.</summary>
    private static byte[] Divisor(int degree)
    {
        var divisor = new byte[degree];
        divisor[^1] = 1;
        byte root = 1;
        for (var i = 0; i < degree; i++)
        {
            for (var j = 0; j < degree; j++)
                divisor[j] = (byte)(Multiply(divisor[j], root) ^ (j + 1 < degree ? divisor[j + 1] : 0));
            root = Multiply(root, 2);
        }

        return divisor;
    }

    private static byte[] Remainder(byte[] part, byte[] divisor)
    {
        var remainder = new byte[divisor.Length];
        foreach (var value in part)
        {
            var factor = (byte)(value ^ remainder[0]);
            remainder.AsSpan(1).CopyTo(remainder);
            remainder[^1] = 0;
            for (var i = 0; i < divisor.Length; i++)
                remainder[i] ^= Multiply(divisor[i], factor);
        }

        return remainder;
    }

    private static byte Multiply(byte a, byte b)
    {
        var product = 0;
        for (var bit = 7; bit >= 0; bit--)
        {
            product = (product << 1) ^ ((product >> 7) * Field);
            product ^= ((b >> bit) & 1) * a;
        }

        return (byte)product;
    }
}
