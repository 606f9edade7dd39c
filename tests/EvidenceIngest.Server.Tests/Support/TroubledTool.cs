using System.Diagnostics;

namespace EvidenceIngest.Server.Tests.Support;

/// <summary>A script in ffmpeg's place that gets into trouble in certain runs, until it is mended.</summary>
internal sealed class TroubledTool : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("evidence-tool-");

    private TroubledTool()
    {
    }

    public string Path => System.IO.Path.Combine(_folder.FullName, "ffmpeg");

    private string Healthy => System.IO.Path.Combine(_folder.FullName, "healthy");

    /// <param name="run">Pattern of the shell's case, for all of the run's arguments.</param>
    /// <param name="trouble">What happens to such a run, in the shell's words, or "midway" and a signal.</param>
    /// <param name="times">How often; later runs are well.</param>
    public static TroubledTool Make(string run, string trouble, int times = 1)
    {
        var tool = new TroubledTool();
        // The real tool begins its work, and half a second later gets the signal.
        var words = trouble.StartsWith("midway ", StringComparison.Ordinal) ? $"(sleep 0.5; kill -{trouble["midway ".Length..]} $$) & exec /usr/bin/ffmpeg \"$@\"" : trouble;
        File.WriteAllText(
            tool.Path,
            $$"""
            #!/bin/sh
            if [ ! -e {{tool.Healthy}} ]; then
              case "$*" in {{run}})
                mkdir {{tool._folder.FullName}}/run-$$
                [ $(ls -d {{tool._folder.FullName}}/run-* | wc -l) -lt {{times}} ] || mkdir {{tool.Healthy}}
                {{words}};;
              esac
            fi
            exec /usr/bin/ffmpeg "$@"

            """);
        Assert.True(Run("chmod", "755", tool.Path));
        return tool;
    }

    public void Mend() => Directory.CreateDirectory(Healthy);

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Runs a program of the system.</summary>
    public static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
