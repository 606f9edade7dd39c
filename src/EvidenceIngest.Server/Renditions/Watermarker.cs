using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Inspection;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Packages.Report.Pdf;

namespace EvidenceIngest.Server.Renditions;

/// <summary>Burns watermarks in with ffmpeg; the pictures are encoded anew as a proxy's are.</summary>
/// <param name="tools">That runs it.</param>
/// <param name="probe">For durations.</param>
/// <param name="inspector">For what the file is.</param>
/// <param name="options">Limits.</param>
/// <param name="fontFolder">Where Debian keeps TrueType fonts.</param>
internal sealed class Watermarker(ToolRunner tools, MediaProbe probe, IMediaInspector inspector, MediaToolOptions options, string fontFolder) : IWatermarker
{
    private const string ChineseFont = "droid/DroidSansFallbackFull.ttf";
    private const string LatinFont = "dejavu/DejaVuSans.ttf";
    private const int ShortSide = 720;
    private const int LongSide = 1280;

    // Below it nobody could read what is written.
    private const int LeastWidth = 480;

    public async Task<Rendition> MakeAsync(string name, MediaKind kind, string file, string sha256, Watermark mark, string workFolder, CancellationToken ct)
    {
        var facts = await inspector.InspectAsync(file, kind, ct);
        var chapter = Chapter.Of([new MasterCopy(file, sha256, facts)]).FirstOrDefault(c => c.Video is not null)
            ?? throw new RenditionFailedException("there are no readable pictures to mark");
        var size = FrameSize.Within(chapter.Video!, (facts.Width, facts.Height), ShortSide, LongSide) ?? throw new RenditionFailedException("the pictures have no size");
        var frame = size.Width >= LeastWidth ? size : new FrameSize(LeastWidth, Math.Max(2, 2 * (int)Math.Round(size.Height * (LeastWidth / 2.0) / size.Width)));
        if (frame.Height > LongSide * 2)
            throw new RenditionFailedException($"pictures of {size.Width} x {size.Height} are too narrow to be marked");
        var room = new RenderRoom(ToolFolder.Create(workFolder, [file]), tools, probe, options);
        var lines = await WriteAsync(room, mark, ct);
        var over = WatermarkLayout.Filter(frame, lines);
        var arguments = new ProxyArguments(options);
        room.StartRecipe();
        if (kind == MediaKind.Photo)
        {
            const string Picture = "marked.jpg";
            await room.RunAsync("marking", arguments.Poster(chapter, from: null, frame, Picture, over), [chapter], ct);
            return await room.FinishAsync(name, Picture, "image/jpeg", [chapter], copied: false, difference: null, ct);
        }

        const string Film = "marked.mp4";
        var sound = chapter.Audio is { } audio ? ProxyArguments.Sound(audio.Index) : null;
        await room.RunAsync(
            "marking", [.. arguments.Input(chapter), .. arguments.Encode(chapter, frame, frame, sound, chapter.Audio?.Channels >= 2 ? 2 : 1, Film, over)], [chapter], ct);
        var (seconds, expected) = (await room.SecondsAsync(Film, ct), chapter.Duration.TotalSeconds);
        if (seconds <= 0 || (expected > 2 && seconds < 0.9 * expected))
            throw new RenditionFailedException($"only {seconds:0.#} of {expected:0.#} s could be marked");
        return await room.FinishAsync(name, Film, "video/mp4", [chapter], copied: false, Math.Round(seconds - expected, 3), ct);
    }

    /// <returns>How many lines the name takes.</returns>
    private async Task<int> WriteAsync(RenderRoom room, Watermark mark, CancellationToken ct)
    {
        var (chinese, latin) = (Path.Combine(fontFolder, ChineseFont), Path.Combine(fontFolder, LatinFont));
        TrueTypeFont font;
        try
        {
            font = new TrueTypeFont(await File.ReadAllBytesAsync(chinese, ct));
            if (!File.Exists(latin))
                throw new FileNotFoundException("it is missing", latin);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new MediaToolUnavailableException($"a font for the watermark can't be used, install fonts-droid-fallback and fonts-dejavu-core: {e.Message}", e);
        }

        var lines = WatermarkLayout.Lines(mark.Name, character => font.Glyph(character) != 0);
        File.CreateSymbolicLink(room.PathOf(WatermarkLayout.NameFont), Path.GetFullPath(chinese));
        File.CreateSymbolicLink(room.PathOf(WatermarkLayout.ReferenceFont), Path.GetFullPath(latin));
        await File.WriteAllTextAsync(room.PathOf(WatermarkLayout.NameFile), string.Join('\n', lines), ct);
        await File.WriteAllTextAsync(room.PathOf(WatermarkLayout.ReferenceFile), $"{mark.Reference}\n{mark.At}", ct);
        return lines.Count;
    }
}
