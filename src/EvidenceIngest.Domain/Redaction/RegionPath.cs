namespace EvidenceIngest.Domain.Redaction;

/// <summary>Fractions of the picture.</summary>
public readonly record struct RegionBox(double Left, double Top, double Right, double Bottom)
{
    public RegionBox And(RegionBox other) =>
        new(Math.Min(Left, other.Left), Math.Min(Top, other.Top), Math.Max(Right, other.Right), Math.Max(Bottom, other.Bottom));

    internal static RegionBox Of(RegionKeyFrame key) => new(key.X, key.Y, key.X + key.Width, key.Y + key.Height);
}

/// <summary>Where a region is, and when.</summary>
/// <param name="region">Checked by <see cref="RedactionRules"/>.</param>
/// <param name="length">Of the recording, seconds.</param>
public sealed class RegionPath(CoveredRegion region, double length)
{
    private readonly RegionKeyFrame[] _keys = [.. region.KeyFrames];

    public CoverMode Mode => region.Mode;

    public double From { get; } = region.From ?? 0;

    /// <summary>What reaches the end stays on whatever comes behind it: containers round the length.</summary>
    public double To { get; } = region.To is { } to && to < length ? to : double.PositiveInfinity;

    /// <summary>At one time, whether it is shown then or not.</summary>
    public RegionBox At(double seconds)
    {
        var next = Array.FindIndex(_keys, k => k.At > seconds);
        if (next <= 0)
            return RegionBox.Of(_keys[next == 0 ? 0 : ^1]);
        var (a, b) = (_keys[next - 1], _keys[next]);
        var part = (seconds - a.At) / (b.At - a.At);
        return RegionBox.Of(new RegionKeyFrame(seconds, Between(a.X, b.X), Between(a.Y, b.Y), Between(a.Width, b.Width), Between(a.Height, b.Height)));

        double Between(double from, double to) => from + (part * (to - from));
    }

    /// <summary>Everything that it covers from one time to another; null when that lies outside of its span.</summary>
    public RegionBox? Over(double from, double to)
    {
        if (to < From || from >= To)
            return null;
        var (begin, end) = (Math.Max(from, From), Math.Min(to, To));
        // It moves in straight lines: between key frames nothing lies outside of what its ends cover.
        var box = At(begin).And(At(end));
        foreach (var key in _keys)
        {
            if (key.At > begin && key.At < end)
                box = box.And(RegionBox.Of(key));
        }

        return box;
    }
}
