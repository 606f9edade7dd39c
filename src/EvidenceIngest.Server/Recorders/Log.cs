using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Recorders;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Error, "Alarm: {Detail}; what they bring is kept in quarantine until 'evidence-ingest recorders state' settles it")]
    public static partial void RecorderDoubled(this ILogger logger, string detail);
}
