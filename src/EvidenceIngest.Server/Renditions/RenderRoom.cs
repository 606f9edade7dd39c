using System.Globalization;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Server.Inspection;
using EvidenceIngest.Server.MediaTools;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Renditions;

/// <summary>One item's work folder: runs ffmpeg in it, keeps what was run, and turns finished files into renditions.</summary>
/// <param name="folder">Where it works.</param>
/// <param name="tools">That run.</param>
/// <param name="probe">For durations.</param>
/// <param name="options">Limits.</param>
/// <param name="progress">Is told what is being made; null when nobody asks.</param>
/// <param name="logger">For what is left out without failing; null where nothing is.</param>
internal sealed class RenderRoom(
    ToolFolder folder, ToolRunner tools, MediaProbe probe, MediaToolOptions options, IProgress<RenderStep>? progress = null, ILogger? logger = null)
{
    /// <summary>Stands between the argument lists of a recipe with several runs.</summary>
    private const string Then = "&&";

    private readonly List<string> _ran = [];

    /// <summary>Runs ffmpeg. Its arguments belong to the recipe of what is finished next.</summary>
    /// <exception cref="RenditionFailedException">It failed on this input.</exception>
    public Task RunAsync(string purpose, IEnumerable<string> arguments, IEnumerable<Chapter> chapters, CancellationToken ct) =>
        RunAsync(purpose, arguments, chapters, null, null, ct);

    /// <param name="purpose">Of the run.</param>
    /// <param name="arguments">As ffmpeg gets them.</param>
    /// <param name="chapters">That it reads.</param>
    /// <param name="feed">As of <see cref="ToolCall"/>.</param>
    /// <param name="drain">As of <see cref="ToolCall"/>.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="RenditionFailedException">It failed on this input.</exception>
    public async Task RunAsync(
        string purpose, IEnumerable<string> arguments, IEnumerable<Chapter> chapters, Func<Stream, CancellationToken, Task>? feed,
        Func<Stream, CancellationToken, Task>? drain, CancellationToken ct)
    {
        string[] list = [.. arguments];
        var parents = chapters.ToList();
        var watch = drain is null ? Watch(purpose, parents.Sum(c => c.Duration.TotalSeconds)) : null;
        var outcome = await tools.RunAsync(
            new ToolCall(options.Ffmpeg, list, folder.Location, RenderLimits.For(parents, options), watch) { Feed = feed, Drain = drain }, ct);
        if (!outcome.Succeeded)
            throw new RenditionFailedException($"{purpose}: {outcome.Why}");
        if (_ran.Count > 0)
            _ran.Add(Then);
        _ran.AddRange(list);
    }

    /// <summary>What the recipe of what is finished next says so far.</summary>
    public IReadOnlyList<string> Ran => [.. _ran];

    /// <summary>Forgets what was run; the next recipe starts anew, or from what is named.</summary>
    public void StartRecipe(IReadOnlyList<string>? from = null)
    {
        _ran.Clear();
        _ran.AddRange(from ?? []);
    }

    /// <summary>Says what was left out without failing.</summary>
    public void Tell(string what)
    {
        if (logger is not null)
            Log.Told(logger, what);
    }

    /// <summary>Whether a file was made that isn't empty.</summary>
    public bool Holds(string file) => new FileInfo(folder.File(file)) is { Exists: true, Length: > 0 };

    public ToolFolder Folder => folder;

    public string PathOf(string file) => folder.File(file);

    /// <summary>A list for the concat demuxer, with the duration of each part where the next one must not start earlier.</summary>
    public Task WriteListAsync(string list, IEnumerable<(string File, double? Seconds)> parts, CancellationToken ct) =>
        File.WriteAllLinesAsync(
            folder.File(list),
            parts.SelectMany(p => p.Seconds is { } s
                ? new[] { $"file '{p.File}'", string.Create(CultureInfo.InvariantCulture, $"duration {s:0.######}") }
                : [$"file '{p.File}'"]),
            ct);

    /// <summary>Duration of a file that was made here, in seconds; 0 when it has none.</summary>
    public async Task<double> SecondsAsync(string file, CancellationToken ct)
    {
        var outcome = await probe.StreamsAsync(folder, file, ct);
        return outcome.Succeeded ? ProbeAnswer.Parse(outcome.Output)?.Format?.Duration ?? 0 : 0;
    }

    public Task<Rendition> FinishAsync(
        string name, string file, string contentType, IReadOnlyList<Chapter> parents, bool copied, double? difference, CancellationToken ct) =>
        FinishAsync(name, file, contentType, parents.Select(p => p.Master), copied, difference, byUs: null, ct);

    /// <param name="name">Of the rendition.</param>
    /// <param name="file">Made here.</param>
    /// <param name="contentType">Media type.</param>
    /// <param name="parents">What it was made from.</param>
    /// <param name="copied">Streams were copied, not encoded.</param>
    /// <param name="difference">Rendition minus masters, seconds.</param>
    /// <param name="byUs">What of this program made it, with its version; null when ffmpeg alone did.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<Rendition> FinishAsync(
        string name, string file, string contentType, IEnumerable<MasterCopy> parents, bool copied, double? difference, string? byUs,
        CancellationToken ct)
    {
        var path = folder.File(file);
        if (!Holds(file))
            throw new RenditionFailedException($"{name}: an empty file was made");
        await using var content = File.OpenRead(path);
        var (digest, bytes) = await ContentHasher.HashAsync(content, withSm3: true, ct);
        var tool = _ran.Count > 0 || byUs is null ? await tools.VersionAsync(options.Ffmpeg, ct) : null;
        var recipe = new RenditionRecipe(
            string.Join("; ", new[] { tool, byUs }.OfType<string>()), [.. _ran], [.. parents.Select(p => p.Sha256)], copied, difference);
        return new Rendition(name, path, contentType, bytes, digest, recipe);
    }

    private Action<double>? Watch(string purpose, double seconds)
    {
        if (progress is null)
            return null;
        progress.Report(new RenderStep(purpose, 0));
        return done => progress.Report(new RenderStep(purpose, seconds > 0 ? Math.Clamp(done / seconds, 0, 1) : null));
    }
}
