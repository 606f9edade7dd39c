using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Inspection;

internal static partial class Log
{
    [LoggerMessage(2201, LogLevel.Information, "Inspection: unreadable, starts like {Signature}")]
    public static partial void Unreadable(ILogger logger, string signature);

    [LoggerMessage(2202, LogLevel.Information, "Inspection: {Count} signs of damage")]
    public static partial void Damaged(ILogger logger, int count);
}
