using System.Diagnostics;

namespace EvidenceIngest.EndToEnd.Tests.Rig;

/// <summary>Programs of the host that make card images and the guest's kernel.</summary>
internal static class HostTool
{
    /// <summary>The checkout's <c>tests/rig</c>, found upwards from the test's own folder.</summary>
    /// <exception cref="RigException">The tests do not run inside a checkout.</exception>
    public static string RigFolder { get; } = FindRigFolder();

    /// <summary>Runs a program to its end; the time limit counts for the whole run.</summary>
    /// <exception cref="RigException">It could not be started, ended with another code than 0 or was too slow.</exception>
    public static async Task RunAsync(string program, IEnumerable<string> arguments, TimeSpan limit, CancellationToken ct)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        // mtools writes FAT's local times and names by these.
        start.Environment["TZ"] = "UTC";
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Started(start);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(limit);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new RigException($"{program} took longer than {limit.TotalSeconds:0} s");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }

        if (process.ExitCode != 0)
            throw new RigException($"{program} ended with {process.ExitCode}: {await output}{await error}");
    }

    private static Process Started(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new RigException($"{start.FileName} could not be started: {e.Message}; tests/rig/README.md lists the packages", e);
        }
    }

    private static string FindRigFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var rig = Path.Combine(folder.FullName, "tests", "rig");
            if (File.Exists(Path.Combine(rig, "vm")))
                return rig;
        }

        throw new RigException($"no tests/rig above {AppContext.BaseDirectory}");
    }
}
