namespace EvidenceIngest.Web.Personal;

/// <summary>
/// A QR code of level M, versions 1 to 10 (ISO/IEC 18004): as much as the key of a second factor needs. Drawn here since it is a
/// secret that no other program should see.
/// </summary>
internal sealed class QrCode
{
    private const int Masks = 8;

    /// <summary>Middles of the small squares, by version.</summary>
    private static readonly int[][] Alignments = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];

    private readonly bool[,] _dark;
    private readonly bool[,] _fixed;

    private QrCode(int version)
    {
        Size = (4 * version) + 17;
        (_dark, _fixed) = (new bool[Size, Size], new bool[Size, Size]);
        DrawPatterns(version);
    }

    /// <summary>Modules along each side.</summary>
    public int Size { get; }

    /// <summary>Whether a module is dark.</summary>
    public bool this[int row, int column] => _dark[row, column];

    /// <exception cref="ArgumentException">More than 213 bytes.</exception>
    public static QrCode Of(ReadOnlySpan<byte> content)
    {
        var (version, codewords) = QrCodewords.Of(content);
        var code = new QrCode(version);
        code.DrawCodewords(codewords);
        var best = Enumerable.Range(0, Masks).MinBy(mask =>
        {
            code.DrawMasked(mask);
            var penalty = QrPenalty.Of(code);
            code.Mask(mask);
            return penalty;
        });
        code.DrawMasked(best);
        return code;
    }

    private void DrawMasked(int mask)
    {
        Mask(mask);
        DrawFormat(mask);
    }

    private void DrawPatterns(int version)
    {
        for (var i = 0; i < Size; i++)
        {
            Fix(6, i, i % 2 == 0);
            Fix(i, 6, i % 2 == 0);
        }

        foreach (var (row, column) in new[] { (3, 3), (3, Size - 4), (Size - 4, 3) })
            DrawSquares(row, column, 4);
        var middles = Alignments[version - 1];
        foreach (var row in middles)
        {
            foreach (var column in middles)
            {
                var isCorner = (row, column) == (6, 6) || (row, column) == (6, middles[^1]) || (row, column) == (middles[^1], 6);
                if (!isCorner)
                    DrawSquares(row, column, 2);
            }
        }

        DrawFormat(0);
        if (version >= 7)
            DrawVersion(version);
    }

    /// <summary>Rings around a middle: dark but for the second and the fourth.</summary>
    private void DrawSquares(int row, int column, int radius)
    {
        for (var y = -radius; y <= radius; y++)
        {
            for (var x = -radius; x <= radius; x++)
            {
                var ring = Math.Max(Math.Abs(x), Math.Abs(y));
                var isDark = radius == 4 ? ring is not (2 or 4) : ring != 1;
                if (row + y >= 0 && row + y < Size && column + x >= 0 && column + x < Size)
                    Fix(row + y, column + x, isDark);
            }
        }
    }

    /// <summary>Level M is 00, so that the mask's number alone is what is protected (BCH 15, 5); drawn twice.</summary>
    private void DrawFormat(int mask)
    {
        var bits = ((mask << 10) | Remainder(mask << 10, 0x537, 10)) ^ 0x5412;
        for (var i = 0; i < 15; i++)
        {
            var isDark = ((bits >> i) & 1) == 1;
            var (row, column) = i switch { < 6 => (i, 8), 6 => (7, 8), 7 => (8, 8), 8 => (8, 7), _ => (8, 14 - i) };
            Fix(row, column, isDark);
            (row, column) = i < 8 ? (8, Size - 1 - i) : (Size - 15 + i, 8);
            Fix(row, column, isDark);
        }

        Fix(Size - 8, 8, isDark: true);
    }

    /// <summary>BCH 18, 6; drawn twice.</summary>
    private void DrawVersion(int version)
    {
        var bits = (version << 12) | Remainder(version << 12, 0x1F25, 12);
        for (var i = 0; i < 18; i++)
        {
            var isDark = ((bits >> i) & 1) == 1;
            Fix(Size - 11 + (i % 3), i / 3, isDark);
            Fix(i / 3, Size - 11 + (i % 3), isDark);
        }
    }

    private static int Remainder(int value, int divisor, int degree)
    {
        for (var bit = 31 - degree - 1; bit >= 0; bit--)
        {
            if (((value >> (bit + degree)) & 1) == 1)
                value ^= divisor << bit;
        }

        return value;
    }

    /// <summary>In columns of two from the right, up and down in turns, around what is fixed.</summary>
    private void DrawCodewords(byte[] codewords)
    {
        var at = 0;
        for (var right = Size - 1; right >= 1; right -= 2)
        {
            // The column of the timing pattern is left out.
            if (right == 6)
                right = 5;
            var isUpward = ((right + 1) & 2) == 0;
            for (var step = 0; step < Size; step++)
            {
                var row = isUpward ? Size - 1 - step : step;
                for (var column = right; column > right - 2; column--)
                {
                    if (_fixed[row, column] || at >= codewords.Length * 8)
                        continue;
                    _dark[row, column] = ((codewords[at / 8] >> (7 - (at % 8))) & 1) == 1;
                    at++;
                }
            }
        }
    }

    /// <summary>Turns modules over; twice the same is as before.</summary>
    private void Mask(int mask)
    {
        for (var y = 0; y < Size; y++)
        {
            for (var x = 0; x < Size; x++)
                _dark[y, x] ^= !_fixed[y, x] && IsTurned(mask, x, y);
        }
    }

    private static bool IsTurned(int mask, int x, int y) => mask switch
    {
        0 => (x + y) % 2 == 0,
        1 => y % 2 == 0,
        2 => x % 3 == 0,
        3 => (x + y) % 3 == 0,
        4 => ((x / 3) + (y / 2)) % 2 == 0,
        5 => (x * y % 2) + (x * y % 3) == 0,
        6 => ((x * y % 2) + (x * y % 3)) % 2 == 0,
        _ => (((x + y) % 2) + (x * y % 3)) % 2 == 0,
    };

    private void Fix(int row, int column, bool isDark) => (_dark[row, column], _fixed[row, column]) = (isDark, true);
}
