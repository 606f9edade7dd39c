using System.Globalization;
using System.Text;

namespace EvidenceIngest.Server.Renditions;

/// <summary>
/// Small pictures for scrubbing: sheets of tiles, and a WebVTT that says which tile shows which seconds. Made from the proxy's key frames
/// alone: whether it was copied or encoded, and of how many chapters, there is one time line.
/// </summary>
internal sealed class SpriteRenditions(RenderRoom room, ProxyArguments arguments)
{
    public const string Name = "sprites";

    private const string Maker = "EvidenceIngest sprites 1";
    private const string Index = "sprites.vtt";
    private const int Side = 160;
    private const int Columns = 10;
    private const int TilesPerSheet = Columns * 10;
    private const int MostTiles = 4 * TilesPerSheet;

    // Encoded proxies have a key frame every 2 s, and finer than that nobody scrubs.
    private static readonly int[] Steps = [2, 5, 10, 15, 20, 30, 60];

    /// <returns>The index first, then its sheets; nothing when no picture can be had: the recording plays all the same.</returns>
    public async Task<IReadOnlyList<Rendition>> TryMakeAsync(string proxy, FrameSize frame, double seconds, IReadOnlyList<Chapter> chapters, CancellationToken ct)
    {
        var step = Step(seconds);
        var tiles = Math.Max(1, (int)Math.Ceiling(seconds / step));
        var size = frame.Inside(new FrameSize(Side, Side));
        var grid = new FrameSize(Math.Min(Columns, tiles), Math.Min((tiles + Columns - 1) / Columns, TilesPerSheet / Columns));
        var before = room.Ran;
        try
        {
            await room.RunAsync("sprites", arguments.Sprites(proxy, step, tiles, size, grid, Sheet("%d")), chapters, ct);
        }
        catch (RenditionFailedException e)
        {
            room.Tell($"no sprites: {e.Message}");
            room.StartRecipe(before);
            return [];
        }

        var sheets = (tiles + TilesPerSheet - 1) / TilesPerSheet;
        if (!Enumerable.Range(1, sheets).All(n => room.Holds(Sheet(Number(n)))))
        {
            room.Tell("no sprites: no key frame could be decoded");
            room.StartRecipe(before);
            return [];
        }

        await File.WriteAllTextAsync(room.PathOf(Index), Cues(tiles, step, seconds, size), ct);
        var made = new List<Rendition>
        {
            await room.FinishAsync(Name, Index, "text/vtt; charset=utf-8", chapters.Select(c => c.Master), copied: false, difference: null, Maker, ct),
        };
        for (var n = 1; n <= sheets; n++)
            made.Add(await room.FinishAsync($"{Name}-{Number(n)}", Sheet(Number(n)), "image/jpeg", chapters, copied: false, difference: null, ct));
        return made;
    }

    private static int Step(double seconds) =>
        Steps.FirstOrDefault(s => seconds / s <= MostTiles) is > 0 and var step ? step : 60 * (int)Math.Ceiling(seconds / MostTiles / 60);

    private static string Cues(int tiles, int step, double seconds, FrameSize size)
    {
        var text = new StringBuilder("WEBVTT\n");
        for (var i = 0; i < tiles; i++)
        {
            var (column, row) = (i % Columns, i % TilesPerSheet / Columns);
            var end = i + 1 < tiles ? (i + 1) * step : Math.Max(seconds, (i * step) + 0.001);
            text.Append(
                CultureInfo.InvariantCulture,
                $"\n{Time(i * step)} --> {Time(end)}\n{Sheet(Number((i / TilesPerSheet) + 1))}#xywh={column * size.Width},{row * size.Height},{size.Width},{size.Height}\n");
        }

        return text.ToString();
    }

    private static string Sheet(string number) => $"{Name}-{number}.jpg";

    private static string Time(double seconds)
    {
        var time = TimeSpan.FromMilliseconds(Math.Ceiling(seconds * 1000));
        return string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours:00}:{time.Minutes:00}:{time.Seconds:00}.{time.Milliseconds:000}");
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
