namespace EvidenceIngest.EndToEnd.Tests.Rig;

/// <summary>How a command in the guest ended; 128 + n after signal n. Output holds stdout and stderr as they came.</summary>
internal sealed record GuestResult(int ExitCode, string Output);

/// <summary>A command that is running in the guest.</summary>
internal sealed class GuestCommand
{
    private readonly RigVm _vm;
    private readonly int _id;
    private readonly Task<int> _exit;

    internal GuestCommand(RigVm vm, int id, string outputPath, Task<int> exit)
    {
        (_vm, _id, OutputPath, _exit) = (vm, id, outputPath, exit);
        // Nobody may be waiting for it when the guest is stopped.
        _ = exit.ContinueWith(static ended => ended.Exception, TaskScheduler.Default);
    }

    /// <summary>The host's path of the file its output goes to, complete up to the last write.</summary>
    public string OutputPath { get; }

    public bool HasEnded => _exit.IsCompleted;

    /// <summary>What it has written so far.</summary>
    public string Output => File.Exists(OutputPath) ? File.ReadAllText(OutputPath) : "";

    /// <summary>Waits for the end; a command that outlasts <paramref name="limit"/> is killed.</summary>
    /// <exception cref="RigException">It was too slow, or the guest ended.</exception>
    public async Task<GuestResult> WaitAsync(TimeSpan limit, CancellationToken ct)
    {
        try
        {
            return new GuestResult(await _exit.WaitAsync(limit, ct), Output);
        }
        catch (TimeoutException e)
        {
            await SignalAsync("KILL", ct);
            throw _vm.Failed($"a guest command took longer than {limit.TotalSeconds:0} s; it wrote: {Output}", e);
        }
        catch (RigException e)
        {
            throw _vm.Failed(e.Message, e);
        }
    }

    /// <summary>Waits until its output contains <paramref name="text"/>.</summary>
    /// <exception cref="RigException">It ended without, or the time was up.</exception>
    public async Task WaitForOutputAsync(string text, TimeSpan limit, CancellationToken ct)
    {
        for (var end = Environment.TickCount64 + (long)limit.TotalMilliseconds; ; await Task.Delay(100, ct))
        {
            var ended = HasEnded;
            if (Output.Contains(text, StringComparison.Ordinal))
                return;
            if (ended || Environment.TickCount64 > end)
                throw _vm.Failed($"a guest command {(ended ? "ended" : "went on")} without writing \"{text}\"; it wrote: {Output}");
        }
    }

    /// <summary>Signals the command and everything it started, e.g. KILL, TERM, INT, STOP.</summary>
    public Task SignalAsync(string signal, CancellationToken ct) => _vm.SignalAsync(_id, signal, ct);
}
