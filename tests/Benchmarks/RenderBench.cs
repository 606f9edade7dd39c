using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Redaction;
using EvidenceIngest.Server.Inspection;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Redaction;
using EvidenceIngest.Server.Renditions;
using Microsoft.Extensions.Logging.Abstractions;

namespace EvidenceIngest.Benchmarks;

/// <summary>
/// All renditions of a recording against the plain ffmpeg commands that make the same files one by one, each from the recording. Processor time is
/// that of ffmpeg and, in our rows, of this program, too. What the rows mean stands in docs/benchmarks.md.
/// </summary>
internal sealed class RenderBench : IDisposable
{
    private const int Threads = 2;
    private const int LoopSeconds = 60;
    private const int RedactedSeconds = 60;
    private const int Trials = 3;
    private const string H264 = "-c:v libx264 -preset veryfast -pix_fmt yuv420p -g 50 -b:v 6M -maxrate 6M -bufsize 6M";
    private const string H265 = "-c:v libx265 -preset ultrafast -pix_fmt yuv420p -b:v 6M -x265-params log-level=none:keyint=50";
    private const string Copied = "-c copy -movflags +faststart";
    private const string Encoded =
        "-vf scale=1280:720 -fps_mode vfr -c:v libx264 -preset veryfast -profile:v high -crf 23 -maxrate 2M -bufsize 4M -force_key_frames expr:gte(t,n_forced*2) -threads 2 "
        + "-c:a aac -b:a 64k -ar 48000 -ac 1 -movflags +faststart";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("evidence-bench-");
    private readonly MediaToolOptions _options = new() { Threads = Threads, Niceness = 0 };
    private readonly ToolRunner _tools;
    private readonly MediaProbe _probe;
    private readonly MediaInspector _inspector;

    public RenderBench()
    {
        _tools = new ToolRunner(_options, TimeProvider.System, NullLogger<ToolRunner>.Instance);
        _probe = new MediaProbe(_tools, _options);
        _inspector = new MediaInspector(_probe, NullLogger<MediaInspector>.Instance);
    }

    private readonly record struct Cost(double Cpu, double Wall)
    {
        public static Cost operator +(Cost one, Cost other) => new(one.Cpu + other.Cpu, one.Wall + other.Wall);
    }

    /// <param name="output">Where the tables go.</param>
    /// <param name="seconds">Of footage; beyond ten minutes streaming is one of the renditions.</param>
    /// <param name="ct">Ends it.</param>
    public async Task RunAsync(TextWriter output, int seconds, CancellationToken ct)
    {
        // Once beforehand: the trial of the sandbox.
        await _tools.VersionAsync(_options.Ffmpeg, ct);
        await FilmAsync("loop-264.mp4", H264, ct);
        await FilmAsync("loop-265.mp4", H265, ct);
        await TellAsync($"\n| all renditions of {seconds} s of 1080p | CPU s | ratio | s | ratio |\n|---|--:|--:|--:|--:|");
        await CompareAsync(await RepeatAsync("loop-264.mp4", "encoded.avi", seconds, ct), "H.264 in AVI, proxy encoded", Encoded, seconds);
        await CompareAsync(await RepeatAsync("loop-265.mp4", "encoded.mp4", seconds, ct), "H.265 in MP4, proxy encoded", Encoded, seconds);
        await CompareAsync(await RepeatAsync("loop-264.mp4", "copied.mp4", seconds, ct), "H.264 in MP4, proxy copied", Copied, seconds);
        await TellAsync(string.Create(CultureInfo.InvariantCulture, $"\n| one output of {LoopSeconds} s, medians of {Trials} turns | CPU s | ratio | s | ratio |\n|---|--:|--:|--:|--:|"));
        await OverheadAsync();
        await TellAsync(string.Create(CultureInfo.InvariantCulture, $"\n| a redacted copy of {RedactedSeconds} s of 1080p | CPU s | s | × real time |\n|---|--:|--:|--:|"));
        await RedactAsync("one black region that rests", new CoveredRegion(CoverMode.Black, [new RegionKeyFrame(0, 0.4, 0.3, 0.2, 0.3)]));
        await RedactAsync("one blurred region that moves", new CoveredRegion(CoverMode.Blur, [new RegionKeyFrame(0, 0, 0.3, 0.2, 0.3), new RegionKeyFrame(RedactedSeconds, 0.8, 0.4, 0.2, 0.3)]));

        Task TellAsync(string line) => output.WriteLineAsync(line);

        async Task CompareAsync(string film, string name, string proxy, int length)
        {
            var plain = await PlainAsync(film, proxy, length, ct);
            var master = await MasterAsync(film, ct);
            var work = _folder.CreateSubdirectory("work").FullName;
            var maker = new RenditionMaker(_tools, _probe, new VideoEncoder(_tools, _options, NullLogger<VideoEncoder>.Instance), _options, NullLogger<RenditionMaker>.Instance);
            IReadOnlyList<Rendition> made = [];
            var ours = await CostAsync(async () => made = await maker.MakeAsync(MediaKind.Video, [master], work, null, ct));
            if (made[0].Recipe.Copied != (proxy == Copied))
                throw new InvalidOperationException($"{name}: the proxy is of the other kind");
            await RowAsync($"{name}: plain commands, one by one", plain, plain);
            await RowAsync($"{name}: ours, with both digests of every file", ours, plain);
            Directory.Delete(work, recursive: true);
            File.Delete(Path.Combine(_folder.FullName, film));
        }

        async Task OverheadAsync()
        {
            var film = await RepeatAsync("loop-264.mp4", "one.avi", LoopSeconds, ct);
            string[] arguments = [.. Start(), "-threads", "2", "-i", film, .. Encoded.Split(' '), "one.mp4"];
            var (plain, ours) = (new List<Cost>(), new List<Cost>());
            // By turns: the machine does other things meanwhile.
            for (var trial = 0; trial < Trials; trial++)
            {
                plain.Add(await CostAsync(() => FfmpegAsync(arguments, ct)));
                ours.Add(await CostAsync(async () =>
                {
                    var outcome = await _tools.RunAsync(new ToolCall(_options.Ffmpeg, arguments, _folder.FullName, new ToolLimits(TimeSpan.FromHours(1), 1L << 40), _ => { }), ct);
                    if (!outcome.Succeeded)
                        throw new InvalidOperationException(outcome.Why);
                }));
            }

            await RowAsync("the plain command for an encoded proxy", Median(plain), Median(plain));
            await RowAsync("the same behind our limits, with progress", Median(ours), Median(plain));
        }

        async Task RedactAsync(string name, CoveredRegion region)
        {
            var redactor = new Redactor(_tools, _probe, _options, NullLogger<Redactor>.Instance);
            var master = await MasterAsync(await RepeatAsync("loop-264.mp4", "redact.mp4", RedactedSeconds, ct), ct);
            var work = _folder.CreateSubdirectory("work").FullName;
            var cost = await CostAsync(() => redactor.MakeAsync(
                new RedactionWork("redacted-1", MediaKind.Video, [master], "the masters", new RedactionPlan([region]), new string('0', 64), []), work, new Progress<RenderStep>(), ct));
            await TellAsync(string.Create(CultureInfo.InvariantCulture, $"| {name} | {cost.Cpu:0.0} | {cost.Wall:0.0} | {RedactedSeconds / cost.Wall:0.00} |"));
            Directory.Delete(work, recursive: true);
        }

        Task RowAsync(string what, Cost cost, Cost of) => TellAsync(string.Create(
            CultureInfo.InvariantCulture, $"| {what} | {cost.Cpu:0.00} | {cost.Cpu / of.Cpu:0.000} | {cost.Wall:0.0} | {cost.Wall / of.Wall:0.00} |"));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>As people write them: each output by a command of its own from the recording, streaming from the proxy.</summary>
    private async Task<Cost> PlainAsync(string film, string proxy, int seconds, CancellationToken ct)
    {
        var steps = new List<string>
        {
            $"-threads 2 -i {film} {proxy} plain.mp4",
            $"-i {film} -vn -ac 1 -ar 16000 -c:a pcm_s16le plain.wav",
            $"-i {film} -vn -ac 1 -ar 16000 -f s16le plain.pcm",
            $"-threads 2 -i {film} -an -vf fps=1/2,scale=160:90,tile=10x10 -fps_mode passthrough plain-%d.jpg",
            $"-threads 2 -ss {seconds / 10} -i {film} -an -vf scale=1280:720,thumbnail=50 -frames:v 1 -update 1 plain.jpg",
        };
        if (seconds > Streaming.FromSeconds)
            steps.Add("-i plain.mp4 -c copy -f hls -hls_time 6 -hls_playlist_type vod -hls_segment_type fmp4 -hls_flags single_file -hls_segment_filename plain-hls.mp4 plain.m3u8");
        var all = default(Cost);
        foreach (var step in steps)
            all += await CostAsync(() => FfmpegAsync([.. Start(), .. step.Split(' ')], ct));
        foreach (var file in _folder.EnumerateFiles("plain*"))
            file.Delete();
        return all;
    }

    private Task FilmAsync(string name, string video, CancellationToken ct) => FfmpegAsync(
        [
            .. Start(), .. $"-f lavfi -i testsrc2=size=1920x1080:rate=25:duration={LoopSeconds} -f lavfi -i anoisesrc=d={LoopSeconds}:a=0.1 {video} -c:a aac -shortest".Split(' '), name,
        ],
        ct);

    private async Task<string> RepeatAsync(string loop, string name, int seconds, CancellationToken ct)
    {
        var length = seconds.ToString(CultureInfo.InvariantCulture);
        await FfmpegAsync([.. Start(), "-stream_loop", "-1", "-i", loop, "-t", length, "-c", "copy", name], ct);
        return name;
    }

    private async Task<MasterCopy> MasterAsync(string film, CancellationToken ct)
    {
        var path = Path.Combine(_folder.FullName, film);
        await using var content = File.OpenRead(path);
        return new MasterCopy(path, Convert.ToHexStringLower(await SHA256.HashDataAsync(content, ct)), await _inspector.InspectAsync(path, MediaKind.Video, ct));
    }

    private static string[] Start() => ["-hide_banner", "-loglevel", "error", "-nostdin", "-y"];

    private async Task FfmpegAsync(IEnumerable<string> arguments, CancellationToken ct)
    {
        using var process = Process.Start(new ProcessStartInfo("ffmpeg", arguments) { WorkingDirectory = _folder.FullName })!;
        await process.WaitForExitAsync(ct);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"ffmpeg ended with {process.ExitCode}: {string.Join(' ', arguments)}");
    }

    private static Cost Median(List<Cost> costs) => new(costs.Select(c => c.Cpu).Order().ElementAt(costs.Count / 2), costs.Select(c => c.Wall).Order().ElementAt(costs.Count / 2));

    private static async Task<Cost> CostAsync(Func<Task> work)
    {
        var (clock, before) = (Stopwatch.StartNew(), CpuSeconds());
        await work();
        return new Cost(CpuSeconds() - before, clock.Elapsed.TotalSeconds);
    }

    // Fields 14 to 17 of proc(5), in hundredths of a second: this process, and those of its children that have ended.
    private static double CpuSeconds() =>
        File.ReadAllText("/proc/self/stat").Split(") ")[^1].Split(' ')[11..15].Sum(f => long.Parse(f, CultureInfo.InvariantCulture)) / 100.0;
}
