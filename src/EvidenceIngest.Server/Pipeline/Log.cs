using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Pipeline;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "The vault refused everything that it has to refuse; sealing is on")]
    public static partial void VaultHolds(this ILogger logger);

    [LoggerMessage(LogLevel.Warning, "The vault's locks hold, but the server's key may do more than it needs; see docs/vault.md: {Rights}")]
    public static partial void VaultKeyMayTooMuch(this ILogger logger, string rights);

    [LoggerMessage(LogLevel.Error, "Nothing is sealed: {Reason}")]
    public static partial void VaultBroken(this ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "Sealing waits: {Reason}")]
    public static partial void VaultUnreachable(this ILogger logger, string reason);

    [LoggerMessage(LogLevel.Information, "Item {ItemId} sealed: {Files} files")]
    public static partial void Sealed(this ILogger logger, string itemId, int files);

    [LoggerMessage(LogLevel.Error, "{Files} files of item {ItemId} read back differently; the dock sends them again")]
    public static partial void ReadBackDiffers(this ILogger logger, string itemId, int files);

    [LoggerMessage(LogLevel.Warning, "{Stage} of item {ItemId} waits for attempt {Attempt}, {Pause} from now: {Reason}")]
    public static partial void Postponed(this ILogger logger, string stage, string itemId, int attempt, TimeSpan pause, string reason);

    [LoggerMessage(LogLevel.Warning, "{Stage} of item {ItemId} failed for good: {Reason}")]
    public static partial void StageFailed(this ILogger logger, string stage, string itemId, string reason);

    [LoggerMessage(LogLevel.Information, "{Stage} of item {ItemId} is done after {Seconds:F1} s")]
    public static partial void StageDone(this ILogger logger, string stage, string itemId, double seconds);

    [LoggerMessage(LogLevel.Warning, "{Job} of item {ItemId} can't be scheduled now, the sweep will: {Reason}")]
    public static partial void NotScheduled(this ILogger logger, string job, string itemId, string reason);

    [LoggerMessage(LogLevel.Information, "The sweep scheduled {Count} jobs")]
    public static partial void Swept(this ILogger logger, int count);

    [LoggerMessage(LogLevel.Warning, "The pipeline can't work at the moment: {Reason}")]
    public static partial void PipelineStalled(this ILogger logger, string reason);
}
