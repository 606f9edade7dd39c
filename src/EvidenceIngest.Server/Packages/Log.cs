using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Packages;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Package {Package} has no report.pdf: {Reason}")]
    public static partial void NoPrintedReport(this ILogger logger, string package, string reason);
}
