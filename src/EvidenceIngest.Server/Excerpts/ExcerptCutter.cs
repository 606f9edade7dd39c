using System.Globalization;
using System.Text.Json;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Inspection;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Renditions;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Excerpts;

/// <summary>
/// Cuts with ffmpeg. A clip shows the frames whose time lies between its edges, to the frame. Copied: the streams as they are, from the key
/// frame before the start on, and an edit list that lets players begin and end at the edges. Encoded: nothing but those frames, each decoded
/// and encoded anew, finer than a proxy. A still is the frame that was on the screen at its time, as PNG.
/// </summary>
internal sealed class ExcerptCutter(ToolRunner tools, MediaProbe probe, IMediaInspector inspector, MediaToolOptions options, ILogger<ExcerptCutter> logger)
{
    private const string Clip = "clip.mp4";
    private const string Still = "still.png";

    // A frame's time is given to a millionth of a second, rounded; frames are further apart than this.
    private const double BeforeFrame = 0.0005;

    private readonly ExcerptArguments _arguments = new(options);

    /// <param name="order">What is wanted.</param>
    /// <param name="kind">Of the recording.</param>
    /// <param name="file">A local copy of what it is cut from.</param>
    /// <param name="sha256">Its digest.</param>
    /// <param name="from">Where the excerpt begins in it, seconds.</param>
    /// <param name="workFolder">The caller's.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="RenditionFailedException">It can't be cut from this file.</exception>
    /// <exception cref="MediaToolUnavailableException">The machine failed: worth a retry.</exception>
    public async Task<Rendition> CutAsync(
        Excerpt order, MediaKind kind, string file, string sha256, double from, string workFolder, IProgress<RenderStep> progress, CancellationToken ct)
    {
        var facts = await inspector.InspectAsync(file, kind, ct);
        var chapter = Chapter.Of([new MasterCopy(file, sha256, facts)]).FirstOrDefault(c => (kind == MediaKind.Video ? c.Video : c.Audio) is not null)
            ?? throw new RenditionFailedException("文件无法读取 / the file can't be read");
        var room = new RenderRoom(ToolFolder.Create(workFolder, [file]), tools, probe, options, progress, logger);
        return order.Kind == ExcerptKind.Still
            ? await StillAsync(room, order, chapter, from, ct)
            : await ClipAsync(room, order, chapter, from, ct);
    }

    private async Task<Rendition> ClipAsync(RenderRoom room, Excerpt order, Chapter chapter, double from, CancellationToken ct)
    {
        var length = Math.Min((order.UntilMs - order.FromMs) / 1000.0, Math.Max(0, chapter.Duration.TotalSeconds - from));
        var copied = !order.NothingHidden && ExcerptArguments.CanCopy(chapter) && await TryCopyAsync(room, chapter, from, length, ct);
        if (!copied)
        {
            room.StartRecipe();
            await room.RunAsync("encoding the clip", _arguments.Encode(chapter, from, length, Clip), [chapter], ct);
        }

        var seconds = await room.SecondsAsync(Clip, ct);
        if (seconds <= 0 || seconds < 0.5 * length)
            throw new RenditionFailedException($"所选时段只能读出 {seconds:0.#} 秒 / only {seconds:0.#} of {length:0.#} s could be read");
        return await room.FinishAsync(
            order.Name, Clip, chapter.Video is null ? "audio/mp4" : "video/mp4", [chapter.Master], copied, Math.Round(seconds - length, 3), copied ? ClipEdges.Maker : null, ct);
    }

    private async Task<bool> TryCopyAsync(RenderRoom room, Chapter chapter, double from, double length, CancellationToken ct)
    {
        try
        {
            await room.RunAsync("copying the clip", _arguments.Copy(chapter, from, length, Clip), [chapter], ct);
            ClipEdges.Set(room.PathOf(Clip), length);
            return Math.Abs(await room.SecondsAsync(Clip, ct) - length) <= 0.1;
        }
        catch (Exception e) when (e is RenditionFailedException or InvalidDataException)
        {
            room.Tell($"a clip can't be copied and is encoded: {e.Message}");
            return false;
        }
    }

    private async Task<Rendition> StillAsync(RenderRoom room, Excerpt order, Chapter chapter, double at, CancellationToken ct)
    {
        var times = await TimesAsync(room, chapter, at, ct);
        var shown = times.Where(t => t <= at + BeforeFrame).DefaultIfEmpty(at).Max();
        await room.RunAsync("still", _arguments.Still(chapter, Math.Max(0, shown - BeforeFrame), Still), [chapter], ct);
        return await room.FinishAsync(order.Name, Still, "image/png", [chapter], copied: false, difference: null, ct);
    }

    /// <summary>When the frames around a time are shown, in seconds from the file's start.</summary>
    private async Task<IReadOnlyList<double>> TimesAsync(RenderRoom room, Chapter chapter, double at, CancellationToken ct)
    {
        var start = chapter.Probe.Format?.StartTime ?? 0;
        var (outcome, list, time) = ExcerptArguments.HasIndex(chapter)
            ? (await probe.PacketTimesAsync(room.Folder, chapter.Input, chapter.Video!.Index, at + start, ct), "packets", "pts_time")
            : (await probe.FrameTimesAsync(room.Folder, chapter.Input, chapter.Video!.Index, at + start, ExcerptArguments.LeadIn, ct), "frames", "best_effort_timestamp_time");
        try
        {
            return outcome.Succeeded && JsonSerializer.Deserialize<JsonElement>(outcome.Output).TryGetProperty(list, out var pictures)
                ? [.. pictures.EnumerateArray().Select(p => Seconds(p, time) - start).OfType<double>()]
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static double? Seconds(JsonElement picture, string name) =>
        picture.TryGetProperty(name, out var text) && double.TryParse(text.GetString(), CultureInfo.InvariantCulture, out var seconds) ? seconds : null;
}
