using EvidenceIngest.Recorders.Discovery;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Dock.Bays;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Bay {Bay}: something arrived")]
    public static partial void RecorderArrived(this ILogger log, BayId bay);

    [LoggerMessage(2, LogLevel.Information, "Bay {Bay}: it left")]
    public static partial void RecorderLeft(this ILogger log, BayId bay);

    [LoggerMessage(3, LogLevel.Warning, "Bay {Bay}: recorder refused: {Reason}")]
    public static partial void RecorderRefused(this ILogger log, BayId bay, string reason);

    [LoggerMessage(5, LogLevel.Information, "Bay {Bay}: pulled while {State}; goes on when it is back")]
    public static partial void RecorderPulled(this ILogger log, BayId bay, BayState state);

    [LoggerMessage(4, LogLevel.Warning, "Bay {Bay}: failed while {State}, will be tried again")]
    public static partial void BayFailed(this ILogger log, BayId bay, BayState state, Exception cause);
}
