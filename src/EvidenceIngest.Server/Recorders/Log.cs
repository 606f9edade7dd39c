using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Recorders;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Recorders that are out too long can't be looked for at the moment, tried again: {Reason}")]
    public static partial void IssuesStalled(this ILogger logger, string reason);

    [LoggerMessage(LogLevel.Error, "Alarm: {Detail}; what they bring is kept in quarantine until 'evidence-ingest recorders state' settles it")]
    public static partial void RecorderDoubled(this ILogger logger, string detail);
}
