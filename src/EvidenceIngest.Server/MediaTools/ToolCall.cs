namespace EvidenceIngest.Server.MediaTools;

/// <param name="Tool">ffmpeg or ffprobe, from the options.</param>
/// <param name="Arguments">Names of files are relative to <paramref name="WorkFolder"/>.</param>
/// <param name="WorkFolder">Made by us, for this call alone.</param>
/// <param name="Limits">Where the tool is ended.</param>
/// <param name="Progress">Told the seconds that ffmpeg has written so far, now and then; null for ffprobe, and where nobody asks.</param>
internal sealed record ToolCall(string Tool, IReadOnlyList<string> Arguments, string WorkFolder, ToolLimits Limits, Action<double>? Progress = null)
{
    /// <summary>Writes the tool's standard input; null: it gets none.</summary>
    public Func<Stream, CancellationToken, Task>? Feed { get; init; }

    /// <summary>Reads the tool's standard output to its end, instead of it becoming the outcome's text. Not together with <see cref="Progress"/>.</summary>
    public Func<Stream, CancellationToken, Task>? Drain { get; init; }
}

/// <param name="Time">On the clock; the processor time allowed follows from it.</param>
/// <param name="FileBytes">No file that the tool writes grows beyond this.</param>
internal sealed record ToolLimits(TimeSpan Time, long FileBytes);
