namespace EvidenceIngest.Dock.Delivery;

/// <summary>No answer from the server. Worth a retry, for everything alike.</summary>
internal sealed class ServerUnreachableException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>
/// The server or the vault is busy or in trouble with this one request. Worth a retry; others may pass meanwhile.
/// </summary>
internal sealed class ServerBusyException(string message, TimeSpan? retryAfter = null, Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>How long the server asked to be left alone.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}

/// <summary>The server does not accept this dock's token. Worth a retry only after somebody enrolled the dock again.</summary>
internal sealed class DockNotTrustedException(string message) : Exception(message);

/// <summary>The server refused this request for good: the same request would be refused again.</summary>
internal sealed class ServerRefusedException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}

/// <summary>The vault refused a part's bytes or its grant; new grants and the bytes read again may help.</summary>
internal sealed class PartRefusedException(string message) : Exception(message);

/// <summary>The staged copy is no longer what was verified; the file must be copied from its recorder again.</summary>
internal sealed class StagedCopySpoiledException(string message) : Exception(message);
