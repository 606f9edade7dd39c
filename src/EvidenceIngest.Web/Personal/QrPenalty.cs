namespace EvidenceIngest.Web.Personal;

/// <summary>How hard a code is to read: long runs, blocks, what looks like a finder, too much of one colour (ISO/IEC 18004, 7.8.3).</summary>
internal static class QrPenalty
{
    private const int LikeFinder = 0b10111010000;
    private const int LikeFinderBefore = 0b00001011101;
    private const int Window = 0b11111111111;

    public static int Of(QrCode code)
    {
        var (penalty, dark) = (0, 0);
        for (var i = 0; i < code.Size; i++)
        {
            penalty += Line(code.Size, j => code[i, j]) + Line(code.Size, j => code[j, i]);
            for (var j = 0; j < code.Size; j++)
            {
                dark += code[i, j] ? 1 : 0;
                if (i > 0 && j > 0 && code[i, j] == code[i - 1, j] && code[i, j] == code[i, j - 1] && code[i, j] == code[i - 1, j - 1])
                    penalty += 3;
            }
        }

        // Ten for every whole five per cent away from one half.
        var all = code.Size * code.Size;
        return penalty + (Math.Abs((dark * 20) - (all * 10)) / all * 10);
    }

    private static int Line(int size, Func<int, bool> isDark)
    {
        var (penalty, run, seen) = (0, 0, 0);
        for (var i = 0; i < size; i++)
        {
            run = i > 0 && isDark(i) == isDark(i - 1) ? run + 1 : 1;
            penalty += run == 5 ? 3 : run > 5 ? 1 : 0;
            seen = ((seen << 1) | (isDark(i) ? 1 : 0)) & Window;
            if (i >= 10 && seen is LikeFinder or LikeFinderBefore)
                penalty += 40;
        }

        return penalty;
    }
}
