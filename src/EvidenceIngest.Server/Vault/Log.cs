using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Vault;

internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Information, "Vault: attempt {Attempt} of {Attempts} to {What} failed: {Answer}")]
    public static partial void AttemptFailed(ILogger logger, string what, int attempt, int attempts, string answer);

    [LoggerMessage(2002, LogLevel.Information, "Vault: made the bucket {Bucket}")]
    public static partial void BucketMade(ILogger logger, string bucket);

    [LoggerMessage(2003, LogLevel.Information, "Vault: could not abort an unfinished upload: {Answer}")]
    public static partial void AbortFailed(ILogger logger, string answer);

    [LoggerMessage(2004, LogLevel.Debug, "Vault: the remains of an older probe could not be swept: {Answer}")]
    public static partial void SweepFailed(ILogger logger, string answer);
}
