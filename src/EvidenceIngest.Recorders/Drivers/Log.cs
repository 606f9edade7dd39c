using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Recorders.Drivers;

internal static partial class Log
{
    [LoggerMessage(1200, LogLevel.Information, "Ending the mount {Target} that an earlier process left")]
    public static partial void StaleMount(this ILogger log, string target);

    [LoggerMessage(1201, LogLevel.Warning, "{Bay}: releasing {Device} failed")]
    public static partial void ReleaseFailed(this ILogger log, Exception error, string bay, string device);
}
