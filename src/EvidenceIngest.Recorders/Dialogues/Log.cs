using EvidenceIngest.Recorders.Discovery;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Recorders.Dialogues;

internal static partial class Log
{
    [LoggerMessage(1300, LogLevel.Information, "{Bay}: the device answered the probe of {Profile}")]
    public static partial void ProbeAnswered(this ILogger log, BayId bay, string profile);

    [LoggerMessage(1301, LogLevel.Information, "{Bay}: the device is none of {Profile}: {Reason}")]
    public static partial void ProbeMissed(this ILogger log, BayId bay, string profile, string reason);

    [LoggerMessage(1302, LogLevel.Information, "{Bay}: {Profile} shows its files")]
    public static partial void Unlocked(this ILogger log, BayId bay, string profile);

    [LoggerMessage(1303, LogLevel.Warning, "{Bay}: clock not read: {Reason}")]
    public static partial void ClockUnread(this ILogger log, BayId bay, string reason);

    [LoggerMessage(1304, LogLevel.Warning, "{Bay}: giving the USB device back failed: {Reason}")]
    public static partial void NotGivenBack(this ILogger log, string bay, string reason);

    [LoggerMessage(1305, LogLevel.Information, "{Bay}: speaks through {Library}")]
    public static partial void LibraryLoaded(this ILogger log, BayId bay, string library);
}
