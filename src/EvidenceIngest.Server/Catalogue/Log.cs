using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Catalogue;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "A unit of work is repeated (attempt {Attempt}): {Reason}")]
    public static partial void Repeating(this ILogger logger, int attempt, string reason);

    [LoggerMessage(LogLevel.Information, "Waiting for the catalogue's database: {Reason}")]
    public static partial void WaitingForDatabase(this ILogger logger, string reason);

    [LoggerMessage(LogLevel.Error, "The catalogue's tables can't be brought up to date: {Reason}")]
    public static partial void MigrationFailed(this ILogger logger, string reason);

    [LoggerMessage(LogLevel.Information, "The catalogue is ready")]
    public static partial void CatalogueReady(this ILogger logger);
}
