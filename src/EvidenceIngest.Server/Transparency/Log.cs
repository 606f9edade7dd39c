using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Transparency;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "Custody log: the head of {TreeSize} events lies at {Place}")]
    public static partial void HeadPublished(this ILogger logger, long treeSize, string place);

    [LoggerMessage(LogLevel.Warning, "Custody log: {Place}: {Reason}; tried again")]
    public static partial void NotPublished(this ILogger logger, string place, string reason);

    [LoggerMessage(LogLevel.Critical, "Custody log: {Reason}. No head is signed any more: run 'evidence-ingest audit log' and call an auditor")]
    public static partial void HistoryChanged(this ILogger logger, string reason);
}
