using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Deliveries;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "Delivery {DeliveryId} announced as item {ItemId}: {Files} files, {Bytes} bytes")]
    public static partial void Announced(this ILogger logger, string deliveryId, string itemId, int files, long bytes);

    [LoggerMessage(LogLevel.Information, "Two requests began the upload of file {Position} of item {ItemId}; one of them was aborted")]
    public static partial void UploadBegunTwice(this ILogger logger, string itemId, int position);
}
