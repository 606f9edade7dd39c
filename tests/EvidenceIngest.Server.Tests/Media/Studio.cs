using System.Security.Cryptography;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.Server.Inspection;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Renditions;
using Microsoft.Extensions.Logging.Abstractions;

namespace EvidenceIngest.Server.Tests.Media;

/// <summary>Makes recordings as recorders write them, and the real inspector and rendition maker to try on them.</summary>
public sealed class Studio : IDisposable
{
    /// <summary>Few and fixed: digests in tests must not depend on the machine.</summary>
    private const int Threads = 2;

    public Studio(MediaToolOptions? options = null)
    {
        Options = options ?? new MediaToolOptions { Threads = Threads };
        Tools = new ToolRunner(Options, TimeProvider.System, NullLogger<ToolRunner>.Instance);
        var probe = new MediaProbe(Tools, Options);
        Inspector = new MediaInspector(probe, NullLogger<MediaInspector>.Instance);
        var encoder = new VideoEncoder(Tools, Options, NullLogger<VideoEncoder>.Instance);
        Maker = new RenditionMaker(Tools, probe, encoder, Options, NullLogger<RenditionMaker>.Instance);
    }

    public DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("evidence-media-");

    public MediaToolOptions Options { get; }

    public IMediaInspector Inspector { get; }

    public IRenditionMaker Maker { get; }

    internal ToolRunner Tools { get; }

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public string this[string name] => Path.Combine(Folder.FullName, name);

    /// <summary>Runs ffmpeg without any of our limits.</summary>
    /// <param name="name">Output.</param>
    /// <param name="arguments">Without the output, split at spaces; names of made files are relative.</param>
    public async Task<string> MakeAsync(string name, string arguments)
    {
        string[] list =
        [
            "-hide_banner", "-loglevel", "error", "-nostdin", "-y",
            .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(a => File.Exists(this[a]) ? this[a] : a), this[name],
        ];
        var (code, _, error) = await ChildProcess.RunAsync("ffmpeg", list, new Dictionary<string, string>(), TimeSpan.FromMinutes(2));
        Assert.True(code == 0, error);
        return this[name];
    }

    /// <summary>Moving pictures with a tone, as a recorder films.</summary>
    public Task<string> FilmAsync(
        string name, double seconds = 3, string size = "640x360", string video = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 30",
        string? sound = "-c:a aac -b:a 64k", string more = "") =>
        MakeAsync(
            name,
            FormattableString.Invariant($"-f lavfi -i testsrc2=size={size}:rate=30:duration={seconds}")
            + (sound is null ? "" : FormattableString.Invariant($" -f lavfi -i sine=frequency=440:duration={seconds}"))
            + $" {video} {sound} {more}");

    public async Task<string> WriteAsync(string name, byte[] content)
    {
        await File.WriteAllBytesAsync(this[name], content, Ct);
        return this[name];
    }

    public async Task<MasterCopy> MasterAsync(string file, MediaKind expected = MediaKind.Video)
    {
        var facts = await Inspector.InspectAsync(file, expected, Ct);
        await using var content = File.OpenRead(file);
        return new MasterCopy(file, Convert.ToHexStringLower(await SHA256.HashDataAsync(content, Ct)), facts);
    }

    public async Task<IReadOnlyDictionary<string, Rendition>> RenderAsync(params string[] files)
    {
        var masters = new List<MasterCopy>();
        foreach (var file in files)
            masters.Add(await MasterAsync(file));
        return await RenderAsync(masters[0].Facts.Kind, masters);
    }

    public async Task<IReadOnlyDictionary<string, Rendition>> RenderAsync(MediaKind kind, IReadOnlyList<MasterCopy> masters, IProgress<RenderStep>? progress = null)
    {
        var work = Folder.CreateSubdirectory($"render-{Guid.NewGuid():N}");
        var made = await Maker.MakeAsync(kind, masters, work.FullName, progress, Ct);
        return made.ToDictionary(r => r.Name, StringComparer.Ordinal);
    }

    /// <summary>What ffprobe says about a rendition, without our code.</summary>
    /// <param name="file">Any file.</param>
    /// <param name="entries">As for -show_entries.</param>
    /// <param name="more">Further arguments.</param>
    public static async Task<string> AskAsync(string file, string entries, params string[] more)
    {
        var (code, output, error) = await ChildProcess.RunAsync(
            "ffprobe", ["-v", "error", .. more, "-show_entries", entries, "-of", "csv=p=0", file],
            new Dictionary<string, string>(), TimeSpan.FromMinutes(1));
        Assert.True(code == 0, error);
        return output.Trim();
    }

    /// <summary>Processor seconds of all children that have ended.</summary>
    public static double ChildSeconds()
    {
        // Fields 16 and 17 of proc(5), counted behind the name in brackets; in hundredths of a second.
        var fields = File.ReadAllText("/proc/self/stat").Split(") ")[^1].Split(' ');
        return (long.Parse(fields[13], System.Globalization.CultureInfo.InvariantCulture)
            + long.Parse(fields[14], System.Globalization.CultureInfo.InvariantCulture)) / 100.0;
    }

    public void Dispose() => Folder.Delete(recursive: true);
}
