namespace EvidenceIngest.Server.MediaTools;

/// <param name="Tool">ffmpeg or ffprobe, from the options.</param>
/// <param name="Arguments">Names of files are relative to <paramref name="WorkFolder"/>.</param>
/// <param name="WorkFolder">Made by us, for this call alone.</param>
/// <param name="Limits">Where the tool is ended.</param>
/// <param name="Progress">Told the seconds that ffmpeg has written so far, now and then; null for ffprobe, and where nobody asks.</param>
internal sealed record ToolCall(string Tool, IReadOnlyList<string> Arguments, string WorkFolder, ToolLimits Limits, Action<double>? Progress = null);

/// <param name="Time">On the clock; the processor time allowed follows from it.</param>
/// <param name="FileBytes">No file that the tool writes grows beyond this.</param>
internal sealed record ToolLimits(TimeSpan Time, long FileBytes);
