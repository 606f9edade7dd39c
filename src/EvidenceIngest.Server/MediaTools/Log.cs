using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.MediaTools;

internal static partial class Log
{
    [LoggerMessage(2101, LogLevel.Information, "Media tools: {Tool} ended with {ExitCode}, by time limit: {TimedOut}")]
    public static partial void ToolFailed(ILogger logger, string tool, int exitCode, bool timedOut);

    [LoggerMessage(2102, LogLevel.Information, "Media tools: are cut off from the network by the kernel: {Separated}")]
    public static partial void NetworkSeparation(ILogger logger, bool separated);
}
