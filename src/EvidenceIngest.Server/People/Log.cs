using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.People;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Error, "The key of account {Account}'s second factor can't be read; restore secrets/key-ring, or take the factor away: {Reason}")]
    public static partial void SecondFactorUnreadable(this ILogger logger, Guid account, string reason);

    [LoggerMessage(LogLevel.Information, "{Count} keys of second factors that lay in the database as they are were encrypted")]
    public static partial void SecondFactorsEncrypted(this ILogger logger, int count);
}
