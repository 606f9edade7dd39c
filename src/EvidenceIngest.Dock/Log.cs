using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Dock;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Critical, "{Loop} ended and must not; nothing staged is lost, but the dock has to be started anew")]
    public static partial void LoopFailed(this ILogger log, string loop, Exception cause);
}
