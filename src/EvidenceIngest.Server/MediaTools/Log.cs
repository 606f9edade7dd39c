using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.MediaTools;

internal static partial class Log
{
    [LoggerMessage(2101, LogLevel.Information, "Media tools: {Tool} ended with {ExitCode}, by time limit: {TimedOut}")]
    public static partial void ToolFailed(ILogger logger, string tool, int exitCode, bool timedOut);

    [LoggerMessage(2102, LogLevel.Information, "Media tools: are cut off from the network by the kernel: {Separated}")]
    public static partial void NetworkSeparation(ILogger logger, bool separated);

    [LoggerMessage(2103, LogLevel.Information, "Media tools: {Encoder} passed its trial and makes proxies")]
    public static partial void EncoderChosen(ILogger logger, string encoder);

    [LoggerMessage(2104, LogLevel.Warning, "Media tools: {Encoder} can't be used, libx264 makes proxies instead: {Reason}")]
    public static partial void EncoderRefused(ILogger logger, string encoder, string reason);
}
