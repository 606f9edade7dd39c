using System.Globalization;
using EvidenceIngest.Server.Inspection;

namespace EvidenceIngest.Server.Renditions;

/// <summary>Size of a picture as people see it: turned upright, with square pixels, even numbers.</summary>
internal readonly record struct FrameSize(int Width, int Height)
{
    /// <summary>Null when the stream doesn't say its size.</summary>
    /// <param name="stream">Coded size and shape of its pixels.</param>
    /// <param name="upright">Size after rotation, from inspection.</param>
    /// <param name="shortSide">Largest short side, in pixels.</param>
    /// <param name="longSide">Largest long side, in pixels.</param>
    public static FrameSize? Within(ProbedStream stream, (int? Width, int? Height) upright, int shortSide, int longSide)
    {
        if (upright is not ({ } width and > 0, { } height and > 0))
            return null;
        var (w, h) = ((double)width, (double)height);
        var turned = stream.Width != width;
        if (PixelShape(stream) is var shape && shape != 1)
            (w, h) = turned ? (w, h * shape) : (w * shape, h);
        var scale = Math.Min(1, Math.Min(shortSide / Math.Min(w, h), longSide / Math.Max(w, h)));
        return new FrameSize(Even(w * scale), Even(h * scale));
    }

    /// <summary>This picture's size when it is fitted into a frame.</summary>
    public FrameSize Inside(FrameSize frame)
    {
        var scale = Math.Min(frame.Width / (double)Width, frame.Height / (double)Height);
        return new FrameSize(Math.Min(frame.Width, Even(Width * scale)), Math.Min(frame.Height, Even(Height * scale)));
    }

    // H.264 with 4:2:0 has no odd sizes.
    private static int Even(double side) => Math.Max(2, 2 * (int)Math.Round(side / 2));

    private static double PixelShape(ProbedStream stream)
    {
        var parts = stream.SampleAspectRatio?.Split(':');
        return parts is [var x, var y]
            && double.TryParse(x, CultureInfo.InvariantCulture, out var a) && double.TryParse(y, CultureInfo.InvariantCulture, out var b)
            && a > 0 && b > 0 && a / b is > 0.1 and < 10
                ? a / b
                : 1;
    }
}
