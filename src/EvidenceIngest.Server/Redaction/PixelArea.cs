using EvidenceIngest.Domain.Redaction;
using EvidenceIngest.Server.Renditions;

namespace EvidenceIngest.Server.Redaction;

/// <summary>Pixels of a frame: whole blocks as the encoder has them, so that nothing of what lies beside is smeared in or out.</summary>
internal readonly record struct PixelArea(int Left, int Top, int Right, int Bottom)
{
    private const int EncoderBlock = 16;

    public int Width => Right - Left;

    public int Height => Bottom - Top;

    /// <summary>Grown to whole blocks.</summary>
    public static PixelArea Around(RegionBox box, FrameSize frame) => new(
        Down(box.Left * frame.Width), Down(box.Top * frame.Height), Math.Min(frame.Width, Up(box.Right * frame.Width)), Math.Min(frame.Height, Up(box.Bottom * frame.Height)));

    /// <summary>As the plan says it, to whole pixels outwards.</summary>
    public static PixelArea Of(RegionBox box, FrameSize frame) => new(
        Math.Clamp((int)Math.Floor(box.Left * frame.Width), 0, frame.Width - 1), Math.Clamp((int)Math.Floor(box.Top * frame.Height), 0, frame.Height - 1),
        Math.Clamp((int)Math.Ceiling(box.Right * frame.Width), 1, frame.Width), Math.Clamp((int)Math.Ceiling(box.Bottom * frame.Height), 1, frame.Height));

    private static int Down(double pixels) => Math.Max(0, (int)Math.Floor(pixels / EncoderBlock) * EncoderBlock);

    private static int Up(double pixels) => (int)Math.Ceiling(pixels / EncoderBlock) * EncoderBlock;
}
