using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Search;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "The index of the search was made anew for {Items} items")]
    public static partial void Rebuilt(this ILogger logger, int items);

    [LoggerMessage(LogLevel.Error, "Making the index of the search anew ended early: {Reason}. What was there before still serves; start it again")]
    public static partial void RebuildFailed(this ILogger logger, string reason);
}
