using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Retention;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Retention rules can't be carried out, tried again: {Reason}")]
    public static partial void RetentionStalled(this ILogger logger, string reason);

    [LoggerMessage(LogLevel.Error, "The locks of {ItemId} could not be extended, tried again in minutes: {Reason}")]
    public static partial void LockNotExtended(this ILogger logger, string itemId, string reason);
}
