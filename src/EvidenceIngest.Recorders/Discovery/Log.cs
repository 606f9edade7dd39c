using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Recorders.Discovery;

internal static partial class Log
{
    [LoggerMessage(1100, LogLevel.Error, "Bay watcher {Watcher} failed; it is started again")]
    public static partial void WatcherFailed(this ILogger log, Exception error, string watcher);
}
