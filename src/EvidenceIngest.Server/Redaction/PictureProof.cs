using EvidenceIngest.Domain.Redaction;
using EvidenceIngest.Server.Renditions;

namespace EvidenceIngest.Server.Redaction;

/// <summary>
/// Looks at every frame of a finished copy, as a player decodes it, whether the plan's regions are black or without detail. It knows nothing of how
/// they were covered: places and times come from the plan alone.
/// </summary>
internal sealed class PictureProof(IReadOnlyList<RegionPath> regions, FrameSize size)
{
    // Of 255, after encoding; black is 16.
    private const int MostLight = 44;
    private const int MostColour = 24;

    // A slope of colour differs from a plane by the encoder's noise and where it bends; writing, plates and faces by more, nearly everywhere.
    private const int Tile = 8;
    private const double MostDetail = 6;
    private const double MostTiles = 0.15;

    // An encoder mixes pixels across the edge of what is black.
    private const int BlackEdge = 8;

    public int Frames { get; private set; }

    /// <exception cref="RenditionFailedException">Something shows.</exception>
    public Task CheckAsync(RawFrame frame)
    {
        Frames++;
        var at = frame.At / 1000.0;
        var active = regions.Select((r, i) => (Region: r, Number: i)).Where(r => at >= r.Region.From && at < r.Region.To)
            .Select(r => (r.Number, r.Region.Mode, Area: PixelArea.Of(r.Region.At(at), size))).ToList();
        var black = active.Where(r => r.Mode == CoverMode.Black).Select(r => r.Area).ToList();
        foreach (var (number, mode, area) in active)
        {
            if (mode == CoverMode.Black ? !IsBlack(frame.Pixels, area) : !IsPlain(frame.Pixels, area, black))
            {
                throw new RenditionFailedException(FormattableString.Invariant(
                    $"复核未通过：第 {at:0.###} 秒 plan.regions[{number}] 处仍可见画面{(mode == CoverMode.Blur ? "细节，请改用涂黑" : "")} / the proof failed: at {at:0.###} s something shows in plan.regions[{number}]"));
            }
        }

        return Task.CompletedTask;
    }

    private bool IsBlack(byte[] pixels, PixelArea area)
    {
        for (var y = area.Top; y < area.Bottom; y++)
        {
            if (pixels.AsSpan((y * size.Width) + area.Left, area.Width).ContainsAnyExceptInRange((byte)0, (byte)MostLight))
                return false;
        }

        var (width, luma) = (size.Width / 2, size.Width * size.Height);
        for (var y = area.Top / 2; y < (area.Bottom + 1) / 2; y++)
        {
            foreach (var plane in (int[])[luma, luma + (luma / 4)])
            {
                var line = pixels.AsSpan(plane + (y * width) + (area.Left / 2), ((area.Right + 1) / 2) - (area.Left / 2));
                if (line.ContainsAnyExceptInRange((byte)(128 - MostColour), (byte)(128 + MostColour)))
                    return false;
            }
        }

        return true;
    }

    private bool IsPlain(byte[] pixels, PixelArea area, List<PixelArea> black)
    {
        var (tiles, detailed) = (0, 0);
        for (var y = area.Top; y + Tile <= area.Bottom; y += Tile)
        {
            for (var x = area.Left; x + Tile <= area.Right; x += Tile)
            {
                if (black.Any(b => x < b.Right + BlackEdge && x + Tile > b.Left - BlackEdge && y < b.Bottom + BlackEdge && y + Tile > b.Top - BlackEdge))
                    continue;
                tiles++;
                if (Detail(pixels, x, y) > MostDetail)
                    detailed++;
            }
        }

        return detailed <= MostTiles * tiles;
    }

    /// <summary>How far a tile is from a plane, root of the mean square.</summary>
    private double Detail(byte[] pixels, int left, int top)
    {
        const double Middle = (Tile - 1) / 2.0;
        const double Spread = Tile * Tile * ((Tile * Tile) - 1) / 12.0;
        var (sum, across, down, squares) = (0.0, 0.0, 0.0, 0.0);
        for (var y = 0; y < Tile; y++)
        {
            for (var x = 0; x < Tile; x++)
            {
                double value = pixels[((top + y) * size.Width) + left + x];
                sum += value;
                across += value * (x - Middle);
                down += value * (y - Middle);
                squares += value * value;
            }
        }

        var rest = squares - (sum * sum / (Tile * Tile)) - (((across * across) + (down * down)) / Spread);
        return Math.Sqrt(Math.Max(0, rest) / (Tile * Tile));
    }
}
