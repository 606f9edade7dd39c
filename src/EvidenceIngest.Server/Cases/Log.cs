using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Cases;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "The file of case {Case} can't be made at the moment, tried again: {Reason}")]
    public static partial void CaseFileFailed(this ILogger logger, string @case, string reason);

    [LoggerMessage(LogLevel.Warning, "Whether case {Case} has its recordings can't be told at the moment, tried again: {Reason}")]
    public static partial void FootageFailed(this ILogger logger, string @case, string reason);

    [LoggerMessage(LogLevel.Warning, "Cases can't be looked at for missing recordings at the moment, tried again: {Reason}")]
    public static partial void FootageStalled(this ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "Case files can't be made at the moment, tried again: {Reason}")]
    public static partial void CaseFilesStalled(this ILogger logger, string reason);
}
