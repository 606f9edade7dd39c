using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;

namespace EvidenceIngest.Server.Vault;

/// <summary>What an error of the store means to us.</summary>
internal static class StoreAnswer
{
    private static readonly HashSet<string> Passing = new(StringComparer.Ordinal)
    {
        "SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable", "OperationAborted", "ConcurrentModification",
        "QuotaExceeded", "XMinioStorageFull",
    };

    // Somebody has to repair keys, policies or a clock: waiting for that is right, trying three times is not.
    private static readonly HashSet<string> KeyRefused = new(StringComparer.Ordinal)
    {
        "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestTimeTooSkewed", "ExpiredToken",
    };

    /// <summary>Worth another attempt at once: nothing was decided by the store.</summary>
    public static bool IsPassing(Exception error) => error switch
    {
        AmazonS3Exception s3 => s3.StatusCode is 0 or HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout
            || (int)s3.StatusCode >= 500 || Passing.Contains(s3.ErrorCode ?? ""),
        // The SDK's own wrapping of broken connections and of answers that are no S3.
        _ => IsFromStore(error),
    };

    /// <summary>False for our own exceptions and for a cancelled call.</summary>
    public static bool IsFromStore(Exception error) =>
        error is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or SocketException;

    public static bool Is(Exception error, params ReadOnlySpan<string> codes) =>
        error is AmazonS3Exception s3 && codes.Contains(s3.ErrorCode);

    /// <summary>The store's own words on one line, e.g. "403 AccessDenied".</summary>
    public static string Words(Exception error) => error is AmazonS3Exception { StatusCode: not 0 } s3
        ? $"{(int)s3.StatusCode} {s3.ErrorCode} {FirstLine(s3.Message)}".TrimEnd()
        : FirstLine(error.Message);

    /// <summary>Our exception for an error that stays.</summary>
    /// <param name="call">What was asked for, e.g. "complete the upload of masters/1".</param>
    /// <param name="error">What came back.</param>
    public static Exception Translate(string call, Exception error)
    {
        var text = $"the vault could not {call}: {Words(error)}";
        if (IsPassing(error) || Is(error, [.. KeyRefused]))
            return new VaultUnavailableException(text, error);
        return Is(error, "NoSuchKey", "NoSuchVersion", "NotFound")
            ? new VaultObjectMissingException(text)
            : new VaultBrokenPromiseException(text);
    }

    private static string FirstLine(string text) => text.Trim().Split('\n')[0].Trim();
}
