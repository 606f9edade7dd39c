namespace EvidenceIngest.Server.Access;

/// <summary>The request can't be granted, and the client is told why: it becomes an RFC 9457 problem.</summary>
internal sealed class RequestRefusedException(int status, string detail) : Exception(detail)
{
    public int Status { get; } = status;

    /// <summary>When the same request may succeed; null when repeating it is useless.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Further members of the problem.</summary>
    public Dictionary<string, object?> Extensions { get; init; } = [];

    public static RequestRefusedException Invalid(string field, string why) =>
        new(StatusCodes.Status400BadRequest, $"{field}: {why}");

    public static RequestRefusedException NotFound(string what) => new(StatusCodes.Status404NotFound, what);

    public static RequestRefusedException Conflict(string why) => new(StatusCodes.Status409Conflict, why);

    public static RequestRefusedException Unavailable(string why, TimeSpan retryAfter) =>
        new(StatusCodes.Status503ServiceUnavailable, why) { RetryAfter = retryAfter };
}
