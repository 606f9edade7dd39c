using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Dock.Clearing;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Offload {Offload}: receipt {Receipt}: {Deleted} files cleared from the recorder, {Kept} kept")]
    public static partial void Cleared(this ILogger log, string offload, string receipt, int deleted, int kept);

    [LoggerMessage(2, LogLevel.Error, "Offload {Offload}: receipt {Receipt} proves nothing, nothing is cleared: {Reason}")]
    public static partial void ReceiptRefused(this ILogger log, string offload, string receipt, string reason);
}
