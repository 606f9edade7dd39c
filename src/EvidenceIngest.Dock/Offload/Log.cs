using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Dock.Offload;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Offload {Offload}: file {File} ({Count} in its batch) could not be staged")]
    public static partial void FilesFailed(this ILogger log, string offload, int file, int count, Exception cause);

    [LoggerMessage(2, LogLevel.Information, "Offload {Offload}: file {File} has other content than before and is copied as a new one")]
    public static partial void ContentChanged(this ILogger log, string offload, int file);
}
