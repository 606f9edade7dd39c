using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Dock.Delivery;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Server reached")]
    public static partial void ServerOnline(this ILogger log);

    [LoggerMessage(2, LogLevel.Warning, "Server: {Link}: {Reason}. Deliveries wait and are tried quietly until this changes")]
    public static partial void ServerLost(this ILogger log, ServerLink link, string? reason);

    [LoggerMessage(3, LogLevel.Information, "Enrolled as dock {Dock}; receipts are trusted by key {Key} only")]
    public static partial void Enrolled(this ILogger log, string dock, string key);

    [LoggerMessage(4, LogLevel.Information, "Delivery {Delivery} of offload {Offload}: receipt {Receipt} verified, {Files} files")]
    public static partial void Receipted(this ILogger log, string delivery, string offload, string receipt, int files);

    [LoggerMessage(5, LogLevel.Error, "Delivery {Delivery} of offload {Offload} can't go on; its files stay staged")]
    public static partial void DeliveryFailed(this ILogger log, string delivery, string offload, Exception cause);

    [LoggerMessage(6, LogLevel.Warning, "Delivery {Delivery}: the server asks for it again: {Reason}")]
    public static partial void ResendAsked(this ILogger log, string delivery, string? reason);

    [LoggerMessage(7, LogLevel.Error, "Offload {Offload}: staged file {File} is not what was verified; it is set aside and must be copied again")]
    public static partial void StagedCopySpoiled(this ILogger log, string offload, int file);

    [LoggerMessage(9, LogLevel.Warning, "Offload {Offload} is finished, but its journal could not be closed; the next start does it")]
    public static partial void RetiringFailed(this ILogger log, string offload, Exception cause);

    [LoggerMessage(8, LogLevel.Warning, "Delivery {Delivery}: the server refuses its later events for good: {Reason}")]
    public static partial void EventsRefused(this ILogger log, string delivery, string reason);
}
