using EvidenceIngest.Domain.Redaction;
using EvidenceIngest.Server.Renditions;

namespace EvidenceIngest.Server.Redaction;

/// <summary>
/// Covers what a plan's regions cover, frame by frame, and hands frames on in their order. A frame stays on the screen until the next one comes:
/// it is covered by everything that a region covers from the frame before it to the one behind its successor, so that a region begins a frame
/// early, ends a frame late, and is never left behind by what it follows.
/// </summary>
internal sealed class FrameMasker(IReadOnlyList<RegionPath> regions, FrameSize size, Func<RawFrame, Task> next)
{
    private const double Second = 1000;

    // The frame that is covered next, and what follows it.
    private readonly Queue<RawFrame> _waiting = [];
    private long? _before;

    public int Frames { get; private set; }

    public async Task AddAsync(RawFrame frame)
    {
        _waiting.Enqueue(frame);
        if (_waiting.Count > 2)
            await PassAsync(frame.At / Second);
    }

    /// <summary>The last ones have no end: they stay on the screen.</summary>
    public async Task FinishAsync()
    {
        while (_waiting.Count > 0)
            await PassAsync(double.MaxValue);
    }

    private async Task PassAsync(double until)
    {
        var frame = _waiting.Dequeue();
        var from = (_before ?? frame.At) / Second;
        var covered = regions.Select(r => (r.Mode, Box: r.Over(from, until))).Where(r => r.Box is not null).Select(r => (r.Mode, Area: PixelArea.Around(r.Box!.Value, size))).ToLookup(r => r.Mode, r => r.Area);
        // Black goes first, so that no average of a blurred region tells what it hides, and last, so that no blur reaches over it.
        foreach (var area in covered[CoverMode.Black])
            PixelCover.Blacken(frame.Pixels, size, area);
        foreach (var area in covered[CoverMode.Blur])
            PixelCover.Blur(frame.Pixels, size, area);
        foreach (var area in covered[CoverMode.Black])
            PixelCover.Blacken(frame.Pixels, size, area);
        _before = frame.At;
        Frames++;
        await next(frame);
    }
}
