using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Fixity;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Error, "Fixity: {Kind} in vault {Vault}: {Place}: {What}. Finding {Finding}: run 'evidence-ingest audit fixity'")]
    public static partial void Found(this ILogger logger, FindingKind kind, string vault, string place, string what, long finding);

    [LoggerMessage(LogLevel.Warning, "Fixity: {Key} in vault {Vault} read as {Found} and, read again, right: look at memory, network and disks")]
    public static partial void ReadDiffered(this ILogger logger, string vault, string key, string found);

    [LoggerMessage(LogLevel.Warning, "Fixity: {Key} in vault {Vault} could not be locked again: {Reason}")]
    public static partial void NotLockedAgain(this ILogger logger, string vault, string key, string reason);

    [LoggerMessage(LogLevel.Warning, "Fixity: {Place}: {Reason}; tried again")]
    public static partial void Postponed(this ILogger logger, string place, string reason);

    [LoggerMessage(LogLevel.Information, "Fixity: pass {Number} of vault {Vault} is over: {Objects} objects, {Bytes} bytes, {Wrong} wrong")]
    public static partial void PassOver(this ILogger logger, string vault, int number, long objects, long bytes, long wrong);

    [LoggerMessage(LogLevel.Information, "Fixity: {Objects} versions in vault {Vault} were compared with the catalogue")]
    public static partial void Listed(this ILogger logger, string vault, long objects);

    [LoggerMessage(LogLevel.Information, "Fixity: file {Position} of item {ItemId} lies in the second vault (found there: {Adopted})")]
    public static partial void Copied(this ILogger logger, string itemId, int position, bool adopted);

    [LoggerMessage(LogLevel.Warning, "Fixity: finding {Finding}: file {Position} of item {ItemId} was restored in vault {Vault}")]
    public static partial void Restored(this ILogger logger, long finding, string itemId, int position, string vault);
}
