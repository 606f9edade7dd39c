using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Recorders.Discovery;

internal static partial class Log
{
    [LoggerMessage(1100, LogLevel.Error, "Bay watcher {Watcher} failed; it is started again")]
    public static partial void WatcherFailed(this ILogger log, Exception error, string watcher);

    [LoggerMessage(1101, LogLevel.Information, "Watching USB ports; hot-plug events: {HasHotplug}")]
    public static partial void WatchingUsb(this ILogger log, bool hasHotplug);

    [LoggerMessage(1102, LogLevel.Information, "No USB on this machine, so no USB bays: {Reason}")]
    public static partial void NoUsb(this ILogger log, string reason);
}
