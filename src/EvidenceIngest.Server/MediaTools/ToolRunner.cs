using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.MediaTools;

/// <summary>The one place that starts ffmpeg and ffprobe: argument lists, an empty environment, limits, and a certain end.</summary>
internal sealed class ToolRunner(MediaToolOptions options, TimeProvider time, ILogger<ToolRunner> logger)
{
    public const int MaxOutputBytes = 1 << 20;
    private const int ErrorTailBytes = 64 << 10;

    private static readonly TimeSpan TrialTime = TimeSpan.FromSeconds(20);

    private readonly Lock _guard = new();
    private readonly Dictionary<string, string> _versions = new(StringComparer.Ordinal);
    private bool? _canUnshare;

    /// <exception cref="MediaToolUnavailableException">The tool can't be started.</exception>
    public async Task<ToolOutcome> RunAsync(ToolCall call, CancellationToken ct)
    {
        var told = call.Progress is null ? call : call with { Arguments = [.. ToolProgress.Arguments, .. call.Arguments] };
        var outcome = await RunAsync(ToolSandbox.Wrap(told, options, await CanUnshareAsync(ct)), call, ct);
        if (!outcome.Succeeded)
            Log.ToolFailed(logger, call.Tool, outcome.ExitCode, outcome.TimedOut);
        return outcome.UnlessInterrupted();
    }

    /// <summary>Name and version, e.g. "ffmpeg 5.1.9-0+deb12u1"; asked once.</summary>
    public async Task<string> VersionAsync(string tool, CancellationToken ct)
    {
        lock (_guard)
        {
            if (_versions.TryGetValue(tool, out var known))
                return known;
        }

        var outcome = await RunAsync(new ToolCall(tool, ["-version"], Path.GetTempPath(), new ToolLimits(TrialTime, 0)), ct);
        // "ffmpeg version 5.1.9-0+deb12u1 Copyright (c) …"
        var words = outcome.Output.Split(' ', 4);
        if (words is not [var name, "version", var number, _])
            throw new MediaToolUnavailableException($"媒体工具无法使用 / {tool} doesn't say its version: {outcome.Why}");
        lock (_guard)
            return _versions[tool] = $"{name} {number}";
    }

    private async Task<bool> CanUnshareAsync(CancellationToken ct)
    {
        if (_canUnshare is { } known)
            return known;
        var can = false;
        if (OperatingSystem.IsLinux())
        {
            // Containers and hardened kernels often forbid it; protocol and format lists hold without it too.
            var trial = await RunAsync(
                [.. ToolSandbox.NoNetwork, "true"], new ToolCall("true", [], Path.GetTempPath(), new ToolLimits(TrialTime, 0)), ct);
            can = trial.Succeeded;
            Log.NetworkSeparation(logger, can);
        }

        _canUnshare = can;
        return can;
    }

    private async Task<ToolOutcome> RunAsync(IReadOnlyList<string> command, ToolCall call, CancellationToken ct)
    {
        using var process = Start(command, call.WorkFolder);
        using var limit = new CancellationTokenSource(call.Limits.Time, time);
        using var broken = new CancellationTokenSource();
        await using var pulse = new ToolPulse(process, Shorter(options.IdleTime, call.Limits.Time / 2), time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token, broken.Token, pulse.Stopped);
        Action end = () => broken.Cancel();
        var input = FeedAsync(process.StandardInput, call.Feed, end, any.Token);
        var output = call.Drain is { } drain ? DrainAsync(process.StandardOutput.BaseStream, drain, end, any.Token)
            : call.Progress is null ? ReadHeadAsync(process.StandardOutput.BaseStream) : ToolProgress.ReadAsync(process.StandardOutput, call.Progress);
        var errors = ReadTailAsync(process.StandardError.BaseStream);
        var ended = false;
        try
        {
            await process.WaitForExitAsync(any.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            ct.ThrowIfCancellationRequested();
            ended = true;
            if (pulse.Stopped.IsCancellationRequested)
            {
                await Task.WhenAll(input, output, errors).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw new MediaToolUnavailableException("媒体工具停止响应，已被终止 / the tool did nothing any more and was ended");
            }
        }

        try
        {
            await Task.WhenAll(input, output, errors);
            var (text, cut) = await output;
            return new ToolOutcome(process.ExitCode, ended, text, cut, await errors, call.Limits) { Used = pulse.Used };
        }
        catch (EndOfStreamException) when (process.ExitCode != 0)
        {
            return new ToolOutcome(process.ExitCode, ended, "", OutputCut: true, await errors, call.Limits) { Used = pulse.Used };
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new ToolOutcome(process.ExitCode, TimedOut: true, "", OutputCut: true, await errors, call.Limits) { Used = pulse.Used };
        }
    }

    private static async Task FeedAsync(StreamWriter input, Func<Stream, CancellationToken, Task>? feed, Action end, CancellationToken ct)
    {
        if (feed is null)
        {
            input.Close();
            return;
        }

        try
        {
            await feed(input.BaseStream, ct);
            input.Close();
        }
        catch (IOException)
        {
            // It ended before it had read everything; how it ended says why.
        }
        catch
        {
            end();
            throw;
        }
    }

    private static async Task<(string Text, bool Cut)> DrainAsync(Stream output, Func<Stream, CancellationToken, Task> drain, Action end, CancellationToken ct)
    {
        try
        {
            await drain(output, ct);
            return ("", false);
        }
        catch (EndOfStreamException)
        {
            // It broke off; how the tool ended says why.
            throw;
        }
        catch
        {
            end();
            throw;
        }
    }

    private static Process Start(IReadOnlyList<string> command, string folder)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        start.Environment["LC_ALL"] = "C";
        // Each arena reserves 64 MiB of the address space that is limited.
        start.Environment["MALLOC_ARENA_MAX"] = "2";
        try
        {
            return Process.Start(start) ?? throw new MediaToolUnavailableException($"{command[0]} did not start");
        }
        catch (Win32Exception e)
        {
            throw new MediaToolUnavailableException($"媒体工具无法启动 / {command[0]} can't be started: {e.Message}", e);
        }
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    // What lies beyond the limit is read and dropped: a full pipe would stop the tool instead of ending it.
    private static async Task<(string Text, bool Cut)> ReadHeadAsync(Stream stream)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[16 << 10];
        var cut = false;
        int read;
        while ((read = await stream.ReadAsync(buffer)) > 0)
        {
            var room = Math.Min(read, MaxOutputBytes - (int)kept.Length);
            kept.Write(buffer, 0, room);
            cut |= room < read;
        }

        return (Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length), cut);
    }

    private static async Task<string> ReadTailAsync(Stream stream)
    {
        var tail = new byte[2 * ErrorTailBytes];
        var filled = 0;
        int read;
        while ((read = await stream.ReadAsync(tail.AsMemory(filled))) > 0)
        {
            filled += read;
            if (filled < tail.Length)
                continue;
            tail.AsSpan(ErrorTailBytes).CopyTo(tail);
            filled = ErrorTailBytes;
        }

        var from = Math.Max(0, filled - ErrorTailBytes);
        return Encoding.UTF8.GetString(tail, from, filled - from);
    }
}
