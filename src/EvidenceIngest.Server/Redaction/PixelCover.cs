using EvidenceIngest.Server.Renditions;

namespace EvidenceIngest.Server.Redaction;

/// <summary>Takes pictures away from frames.</summary>
internal static class PixelCover
{
    public const byte Black = 16;
    private const byte Colourless = 128;

    // So few and so coarse that a face, a plate or a line of writing can't be guessed from them, nor from many of them in a row: whoever adds up
    // frames gets finer fields only as long as what is averaged isn't rounded away.
    private const int Fields = 4;
    private const int SmallestField = 24;
    private const int Levels = 16;

    public static void Blacken(byte[] pixels, FrameSize frame, PixelArea area)
    {
        Fill(pixels, 0, frame.Width, area, Black);
        foreach (var (start, width, part) in Colours(frame, area))
            Fill(pixels, start, width, part, Colourless);
    }

    /// <summary>Coarse fields first, then a slope between their middles: blurring alone could be calculated back.</summary>
    public static void Blur(byte[] pixels, FrameSize frame, PixelArea area)
    {
        Smooth(pixels, 0, frame.Width, area, SmallestField);
        foreach (var (start, width, part) in Colours(frame, area))
            Smooth(pixels, start, width, part, SmallestField / 2);
    }

    private static (int Start, int Width, PixelArea Area)[] Colours(FrameSize frame, PixelArea area)
    {
        var half = new PixelArea(area.Left / 2, area.Top / 2, (area.Right + 1) / 2, (area.Bottom + 1) / 2);
        var luma = frame.Width * frame.Height;
        return [(luma, frame.Width / 2, half), (luma + (luma / 4), frame.Width / 2, half)];
    }

    private static void Fill(byte[] pixels, int start, int stride, PixelArea area, byte value)
    {
        for (var y = area.Top; y < area.Bottom; y++)
            pixels.AsSpan(start + (y * stride) + area.Left, area.Width).Fill(value);
    }

    private static void Smooth(byte[] pixels, int start, int stride, PixelArea area, int smallest)
    {
        var (columns, rows) = (Count(area.Width, smallest), Count(area.Height, smallest));
        var fields = new double[rows * columns];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
                fields[(row * columns) + column] = Average(pixels, start, stride, Part(area, column, columns, row, rows));
        }

        for (var y = area.Top; y < area.Bottom; y++)
        {
            var line = pixels.AsSpan(start + (y * stride) + area.Left, area.Width);
            var (above, below, down) = Between((y - area.Top + 0.5) / area.Height, rows);
            for (var x = 0; x < line.Length; x++)
            {
                var (left, right, across) = Between((x + 0.5) / area.Width, columns);
                var upper = Mix(fields[(above * columns) + left], fields[(above * columns) + right], across);
                var lower = Mix(fields[(below * columns) + left], fields[(below * columns) + right], across);
                line[x] = (byte)Math.Round(Mix(upper, lower, down));
            }
        }
    }

    private static int Count(int side, int smallest) => Math.Clamp(side / smallest, 1, Fields);

    private static PixelArea Part(PixelArea area, int column, int columns, int row, int rows) => new(
        area.Left + (area.Width * column / columns), area.Top + (area.Height * row / rows),
        area.Left + (area.Width * (column + 1) / columns), area.Top + (area.Height * (row + 1) / rows));

    private static double Average(byte[] pixels, int start, int stride, PixelArea area)
    {
        var sum = 0L;
        for (var y = area.Top; y < area.Bottom; y++)
        {
            foreach (var pixel in pixels.AsSpan(start + (y * stride) + area.Left, area.Width))
                sum += pixel;
        }

        var step = 256 / Levels;
        return (Math.Floor(sum / (double)(area.Width * area.Height) / step) * step) + (step / 2.0);
    }

    /// <returns>Two neighbours, and how far it is from the first to the second.</returns>
    private static (int First, int Second, double Part) Between(double place, int count)
    {
        var at = Math.Clamp((place * count) - 0.5, 0, count - 1);
        var first = (int)at;
        return (first, Math.Min(first + 1, count - 1), at - first);
    }

    private static double Mix(double from, double to, double part) => from + (part * (to - from));
}
