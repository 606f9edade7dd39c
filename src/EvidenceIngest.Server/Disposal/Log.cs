using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Disposal;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Confirmed disposals can't be carried out, tried again: {Reason}")]
    public static partial void DisposalStalled(this ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "{ItemId} was not disposed of, tried again: {Reason}")]
    public static partial void NotDisposed(this ILogger logger, string itemId, string reason);

    [LoggerMessage(LogLevel.Information, "The media of {ItemId} were deleted under {DisposalId}")]
    public static partial void Disposed(this ILogger logger, string itemId, string disposalId);
}
