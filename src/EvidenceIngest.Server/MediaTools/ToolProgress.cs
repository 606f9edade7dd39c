using System.Globalization;

namespace EvidenceIngest.Server.MediaTools;

/// <summary>How far ffmpeg is, in its own words. Only watches: recipes don't name it.</summary>
internal static class ToolProgress
{
    private const string Written = "out_time_us=";

    public static readonly string[] Arguments = ["-progress", "pipe:1", "-stats_period", "2"];

    /// <returns>No output: what stands there is progress alone.</returns>
    public static async Task<(string Text, bool Cut)> ReadAsync(StreamReader output, Action<double> progress)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            // N/A before the first packet.
            if (line.StartsWith(Written, StringComparison.Ordinal) && long.TryParse(line.AsSpan(Written.Length), CultureInfo.InvariantCulture, out var microseconds))
                progress(microseconds / 1e6);
        }

        return ("", false);
    }
}
