using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Docks;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "Dock {DockId} was enrolled")]
    public static partial void Enrolled(this ILogger logger, string dockId);

    [LoggerMessage(LogLevel.Warning, "What dock screens show could not be read")]
    public static partial void BoardsNotRead(this ILogger logger, Exception exception);
}
