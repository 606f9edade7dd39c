using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Renditions;

internal static partial class Log
{
    [LoggerMessage(2301, LogLevel.Information, "Renditions: made {Name}, {Bytes} bytes, copied: {Copied}, seconds off: {Difference}")]
    public static partial void Made(ILogger logger, string name, long bytes, bool copied, double? difference);

    [LoggerMessage(2302, LogLevel.Information, "Renditions: {What}")]
    public static partial void Told(ILogger logger, string what);
}
