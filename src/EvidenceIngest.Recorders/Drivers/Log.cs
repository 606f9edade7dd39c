using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Recorders.Drivers;

internal static partial class Log
{
    [LoggerMessage(1200, LogLevel.Information, "Ending the mount {Target} that an earlier process left")]
    public static partial void StaleMount(this ILogger log, string target);

    [LoggerMessage(1201, LogLevel.Warning, "{Bay}: releasing {Device} failed")]
    public static partial void ReleaseFailed(this ILogger log, Exception error, string bay, string device);

    [LoggerMessage(1210, LogLevel.Information, "{Bay}: MTP device {Manufacturer} {Model} is open, battery {BatteryPercent} %")]
    public static partial void MtpOpened(this ILogger log, string bay, string? manufacturer, string? model, int? batteryPercent);

    [LoggerMessage(1211, LogLevel.Debug, "{Bay}: libmtp: {Text}")]
    public static partial void MtpSaid(this ILogger log, string bay, string text);
}
