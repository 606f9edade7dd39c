using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Inspection;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Renditions;
using Microsoft.Extensions.Logging.Abstractions;

namespace EvidenceIngest.Benchmarks;

/// <summary>
/// All renditions of a recording against the plain ffmpeg commands that make the same files one by one, as people write them. Processor time of
/// ffmpeg, which doesn't depend on what else the machine does as seconds do.
/// </summary>
internal static class RenderBench
{
    private const int Threads = 2;
    private const string Film = "-f lavfi -i testsrc2=size=1920x1080:rate=25:duration={0} -f lavfi -i anoisesrc=d={0}:a=0.1 {1} -c:a aac -shortest";
    private const string H264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 50 -b:v 6M -maxrate 6M -bufsize 6M";
    private const string H265 = "-c:v libx265 -preset ultrafast -pix_fmt yuv420p -b:v 6M -x265-params log-level=none:keyint=50";
    private const string AsProxy =
        "-vf scale=1280:720 -fps_mode vfr -c:v libx264 -preset veryfast -profile:v high -crf 23 -maxrate 2M -bufsize 4M -force_key_frames expr:gte(t,n_forced*2) -threads 2 -c:a aac -b:a 64k -ac 1 -movflags +faststart";

    public static async Task RunAsync(TextWriter output, int seconds, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("evidence-bench-").FullName;
        try
        {
            await output.WriteLineAsync($"| all renditions of {seconds} s of 1080p, processor time of ffmpeg | s | of the plain commands |\n|---|--:|--:|");
            await RowsAsync(output, folder, "H.264 in MP4, proxy copied", "a.mp4", H264, seconds, "-c copy -movflags +faststart", ct);
            await RowsAsync(output, folder, "H.264 in AVI, proxy encoded", "b.avi", H264, seconds, AsProxy, ct);
            await RowsAsync(output, folder, "H.265 in MP4, proxy encoded", "c.mp4", H265, seconds, AsProxy, ct);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RowsAsync(TextWriter output, string folder, string name, string file, string video, int seconds, string proxy, CancellationToken ct)
    {
        var options = new MediaToolOptions { Threads = Threads, Niceness = 0 };
        var tools = new ToolRunner(options, TimeProvider.System, NullLogger<ToolRunner>.Instance);
        var probe = new MediaProbe(tools, options);
        var maker = new RenditionMaker(tools, probe, new VideoEncoder(tools, options, NullLogger<VideoEncoder>.Instance), options, NullLogger<RenditionMaker>.Instance);
        var master = Path.Combine(folder, file);
        await PlainAsync(folder, string.Format(CultureInfo.InvariantCulture, Film, seconds, video), file, ct);
        var facts = await new MediaInspector(probe, NullLogger<MediaInspector>.Instance).InspectAsync(master, MediaKind.Video, ct);
        string digest;
        await using (var content = File.OpenRead(master))
            digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, ct));
        // Once beforehand: the trial of the sandbox, and the version.
        await tools.VersionAsync(options.Ffmpeg, ct);

        var work = Path.Combine(folder, "work-" + file);
        var made = new List<Rendition>();
        var ours = await CostAsync(async () => made.AddRange(await maker.MakeAsync(MediaKind.Video, [new MasterCopy(master, digest, facts)], work, null, ct)));
        var alone = await CostAsync(() => PlainAsync(folder, $"-threads 2 -i {file} {proxy}", "plain.mp4", ct));
        var others = await CostAsync(async () =>
        {
            await PlainAsync(folder, $"-i {file} -vn -ac 1 -ar 16000 -c:a pcm_s16le", "plain.wav", ct);
            await PlainAsync(folder, $"-i {file} -vn -ac 1 -ar 16000 -f s16le", "plain.pcm", ct);
            await PlainAsync(folder, $"-threads 2 -i {file} -an -vf fps=1/2,scale=160:90,tile=10x10 -fps_mode passthrough", "plain-%d.jpg", ct);
            await PlainAsync(folder, $"-threads 2 -ss {seconds / 10} -i {file} -an -vf scale=1280:720,thumbnail=50 -frames:v 1 -update 1", "plain.jpg", ct);
        });
        var one = made.Single(r => r.Name == "proxy");
        var proxyRun = one.Recipe.Arguments.TakeWhile(a => a != "&&").ToList();
        var oneOfOurs = await CostAsync(() => tools.RunAsync(new ToolCall(options.Ffmpeg, proxyRun, Path.GetDirectoryName(one.File)!, new ToolLimits(TimeSpan.FromHours(1), long.MaxValue / 2)), ct));
        var samePlain = await CostAsync(() => StartAsync(options.Ffmpeg, proxyRun, Path.GetDirectoryName(one.File)!, ct));
        var full = await CostAsync(() => PlainAsync(Path.GetDirectoryName(one.File)!, "-i proxy.mp4 -an -vf fps=1/2,scale=160:90,tile=10x10 -fps_mode passthrough", "full-%d.jpg", ct));
        var keys = await CostAsync(() => PlainAsync(Path.GetDirectoryName(one.File)!, "-skip_frame nokey -i proxy.mp4 -an -vf fps=1/2,scale=160:90,tile=10x10 -fps_mode passthrough", "keys-%d.jpg", ct));

        await RowAsync($"{name}: plain commands", alone + others, 1);
        await RowAsync($"{name}: ours", ours, ours / (alone + others));
        await RowAsync("  one run of ours against the same arguments without our limits", oneOfOurs, oneOfOurs / samePlain);
        await RowAsync("  sprites of that proxy from its key frames, against all its frames", keys, keys / full);

        Task RowAsync(string what, double cost, double ratio) => output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"| {what} | {cost:0.00} | {ratio:0.00} |"));
    }

    private static Task PlainAsync(string folder, string arguments, string target, CancellationToken ct) =>
        StartAsync("ffmpeg", ["-hide_banner", "-loglevel", "error", "-nostdin", "-y", .. arguments.Split(' '), target], folder, ct);

    private static async Task StartAsync(string tool, IEnumerable<string> arguments, string folder, CancellationToken ct)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments) { WorkingDirectory = folder })!;
        await process.WaitForExitAsync(ct);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{tool} ended with {process.ExitCode}");
    }

    private static async Task<double> CostAsync(Func<Task> work)
    {
        var before = ChildSeconds();
        await work();
        return ChildSeconds() - before;
    }

    // Fields 16 and 17 of proc(5): children that have ended, in hundredths of a second.
    private static double ChildSeconds()
    {
        var fields = File.ReadAllText("/proc/self/stat").Split(") ")[^1].Split(' ');
        return (long.Parse(fields[13], CultureInfo.InvariantCulture) + long.Parse(fields[14], CultureInfo.InvariantCulture)) / 100.0;
    }
}
