using System.Text.RegularExpressions;

namespace EvidenceIngest.Server.MediaTools;

/// <summary>How a tool ended. What is wrong with the input is a value; what is wrong with the machine is an exception.</summary>
/// <param name="ExitCode">128 + signal when a signal ended it.</param>
/// <param name="TimedOut">We ended it.</param>
/// <param name="Output">Standard output, up to <see cref="ToolRunner.MaxOutputBytes"/>.</param>
/// <param name="OutputCut">There was more.</param>
/// <param name="Errors">The end of standard error.</param>
/// <param name="Limits">As given.</param>
internal sealed partial record ToolOutcome(
    int ExitCode, bool TimedOut, string Output, bool OutputCut, string Errors, ToolLimits Limits)
{
    private const int NotExecutable = 126;
    private const int NotFound = 127;
    private const int Killed = 128 + 9;
    private const int Terminated = 128 + 15;
    private const int CpuLimit = 128 + 24;
    private const int FileLimit = 128 + 25;

    // ffmpeg ends in order when it is asked to, or when its processor time is over, and doesn't say at our level of logging which it was.
    private const int Asked = 255;

    /// <summary>Processor time that it took at least.</summary>
    public TimeSpan Used { get; init; }

    public bool Succeeded => ExitCode == 0 && !TimedOut;

    /// <summary>Why it failed, in one line.</summary>
    public string Why => this switch
    {
        { TimedOut: true } => $"it took longer than {Limits.Time.TotalSeconds:0} s",
        { ExitCode: CpuLimit } => "it used up its processor time",
        { ExitCode: Asked } => "it used up its processor time",
        { ExitCode: FileLimit } => $"its output grew beyond {Limits.FileBytes} bytes",
        _ when Says("File too large") => $"its output grew beyond {Limits.FileBytes} bytes",
        _ when Says("Cannot allocate memory") || Says("get_buffer() failed") => "it needed more memory than it may have",
        _ when Says("exceeds specified max pixel count") => "its pictures are larger than allowed",
        { ExitCode: > 128 and < 160 } => $"the tool ended by signal {ExitCode - 128}",
        { ExitCode: 0 } => LastLine() is { Length: > 0 } line ? line : "there is nothing to decode",
        _ => $"exit code {ExitCode}: {LastLine()}",
    };

    /// <exception cref="MediaToolUnavailableException">The machine failed, not the input.</exception>
    public ToolOutcome UnlessInterrupted()
    {
        if (TimedOut || ExitCode == 0)
            return this;
        if (ExitCode is NotExecutable or NotFound)
            throw new MediaToolUnavailableException($"媒体工具无法启动 / the tool can't be started: {LastLine()}");
        if (Says("No space left on device"))
            throw new MediaToolUnavailableException("磁盘已满 / the disk is full");
        // As by a service manager that stops us, or by a machine that lacks memory. Whoever has not taken half of the time that was allowed has not used it up.
        if (ExitCode is Killed or Terminated || (ExitCode == Asked && Used < Limits.Time / 2))
            throw new MediaToolUnavailableException("媒体工具被外部终止 / the tool was ended from outside");
        return this;
    }

    private bool Says(string words) => Errors.Contains(words, StringComparison.Ordinal);

    private string LastLine()
    {
        // "[png @ 0x563b4c1d2bc0] …": the address would make the same damage read differently each time.
        var line = Address().Replace(Errors.TrimEnd().Split('\n')[^1].Trim(), "");
        return line.Length <= 300 ? line : line[..300];
    }

    [GeneratedRegex(" @ 0x[0-9a-f]+")]
    private static partial Regex Address();
}

/// <summary>ffmpeg or ffprobe is missing, was killed or stopped, or has no room. Worth a retry. The message is for whoever looks at the item.</summary>
public sealed class MediaToolUnavailableException(string message, Exception? cause = null) : Exception(message, cause);
