using System.Globalization;

namespace EvidenceIngest.Server.MediaTools;

/// <summary>Puts a tool behind util-linux's limits. All of them exec into each other, so the tool is the process we started.</summary>
internal static class ToolSandbox
{
    // Without a network, whatever a file makes a demuxer do.
    public static readonly string[] NoNetwork = ["unshare", "--user", "--map-current-user", "--net", "--"];

    public static IReadOnlyList<string> Wrap(ToolCall call, MediaToolOptions options, bool canUnshare)
    {
        if (!OperatingSystem.IsLinux())
            return [call.Tool, .. call.Arguments];
        var cpu = (long)Math.Ceiling(call.Limits.Time.TotalSeconds * Math.Max(1, options.Threads)) + 1;
        string[] limits =
        [
            "prlimit",
            Limit("as", options.MemoryBytes),
            // The soft limit can be told from a kill, the hard one comes for a tool that ignores it.
            string.Create(CultureInfo.InvariantCulture, $"--cpu={cpu}:{cpu + 5}"),
            Limit("fsize", call.Limits.FileBytes),
            Limit("nofile", 256),
            Limit("core", 0),
            "--",
            "nice",
            "-n",
            options.Niceness.ToString(CultureInfo.InvariantCulture),
            "--",
        ];
        return [.. canUnshare ? NoNetwork : [], .. limits, call.Tool, .. call.Arguments];
    }

    private static string Limit(string name, long value) => string.Create(CultureInfo.InvariantCulture, $"--{name}={value}");
}
