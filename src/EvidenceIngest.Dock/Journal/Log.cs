using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Dock.Journal;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Staging folder opened: {Open} open offloads, {Known} files known from earlier ones, {SetAside} set aside")]
    public static partial void StagingOpened(this ILogger log, int open, int known, int setAside);

    [LoggerMessage(2, LogLevel.Error, "Offload {Offload} is set aside, nothing of it is deleted: its journal can't be trusted")]
    public static partial void OffloadSetAside(this ILogger log, string offload, Exception cause);
}
