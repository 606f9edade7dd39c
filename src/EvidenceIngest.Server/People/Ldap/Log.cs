using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.People.Ldap;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Passwords can't be checked in the directory; accounts with a password of this service's own are not concerned: {Trouble}")]
    public static partial void DirectoryInTrouble(this ILogger logger, string trouble);

    [LoggerMessage(LogLevel.Information, "The directory answers again")]
    public static partial void DirectoryAnswersAgain(this ILogger logger);
}
