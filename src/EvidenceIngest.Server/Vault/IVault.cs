namespace EvidenceIngest.Server.Vault;

/// <summary>
/// WORM storage: S3 with versioning and Object Lock. Every method is idempotent and may be repeated after any failure.
/// Transient trouble throws <see cref="VaultUnavailableException"/> (retry later); a broken promise of the store throws
/// <see cref="VaultBrokenPromiseException"/> (stop). The contract suite is <c>VaultContract</c>.
/// </summary>
public interface IVault
{
    /// <summary>Creates what is missing: the locked bucket for masters, the plain bucket for renditions.</summary>
    /// <exception cref="VaultBrokenPromiseException">A bucket exists without versioning or Object Lock.</exception>
    Task PrepareAsync(CancellationToken ct);

    /// <summary>Starts a multipart upload of a master; nothing is visible under the key until it is completed.</summary>
    Task<string> BeginUploadAsync(VaultObject target, string contentType, CancellationToken ct);

    /// <summary>A presigned PUT for one part that takes only the body with this MD5 (base64), for as long as <paramref name="validFor"/>.</summary>
    Uri GrantPart(VaultObject target, string uploadId, int part, string contentMd5, TimeSpan validFor);

    /// <summary>Parts that have arrived; null when the upload is not known (completed or aborted meanwhile).</summary>
    Task<IReadOnlyList<StoredPart>?> ListPartsAsync(VaultObject target, string uploadId, CancellationToken ct);

    /// <summary>Completes an upload; repeated, it finds the version that the first call made.</summary>
    /// <exception cref="VaultUploadLostException">The upload was aborted, or its parts aren't the given ones: begin a new one.</exception>
    Task<VaultVersion> CompleteUploadAsync(
        VaultObject target, string uploadId, IReadOnlyList<StoredPart> parts, CancellationToken ct);

    /// <summary>Forgets an upload and its parts; unknown uploads are no error.</summary>
    Task AbortUploadAsync(VaultObject target, string uploadId, CancellationToken ct);

    /// <summary>Writes a whole object: renditions, and masters of zero bytes. Repeated, it may make another version.</summary>
    Task<VaultVersion> PutAsync(VaultObject target, Stream content, string contentType, CancellationToken ct);

    /// <summary>
    /// Reads a version, whole or from an offset for a length (less where the object ends), straight from the store. Reading
    /// the stream throws <see cref="VaultUnavailableException"/> when the store breaks off; only asynchronous reads are served.
    /// </summary>
    /// <exception cref="VaultObjectMissingException">The store doesn't have this version.</exception>
    Task<Stream> OpenAsync(VaultVersion version, long offset, long? length, CancellationToken ct);

    /// <summary>Locks a version in COMPLIANCE mode, or extends its lock. A lock that ends later already stays.</summary>
    Task LockAsync(VaultVersion version, DateTimeOffset until, CancellationToken ct);

    /// <summary>Reads the lock back; null when there is none.</summary>
    Task<VaultLock?> ReadLockAsync(VaultVersion version, CancellationToken ct);

    /// <summary>Every version whose key begins with the prefix, in the order of keys; a key's newest version comes first.</summary>
    IAsyncEnumerable<StoredVersion> ListAsync(string bucket, string prefix, CancellationToken ct);

    /// <summary>Tries on a throw-away locked object what must be refused: delete, shorten, bypass …</summary>
    Task<VaultProbeReport> ProbeAsync(CancellationToken ct);
}

/// <param name="Bucket">One of <see cref="VaultOptions"/>'s buckets.</param>
/// <param name="Key">Made by the server, never from a name on a card.</param>
public sealed record VaultObject(string Bucket, string Key)
{
    // A bucket without versioning keeps one version, which S3 calls "null".
    internal VaultVersion Version(string? versionId) => new(Bucket, Key, string.IsNullOrEmpty(versionId) ? "null" : versionId);
}

public sealed record VaultVersion(string Bucket, string Key, string VersionId);

public sealed record StoredVersion(VaultVersion Version, long Bytes);

public sealed record StoredPart(int Part, string ETag, long Bytes);

/// <param name="Compliance">False for GOVERNANCE, which privileged users can lift.</param>
/// <param name="Until">UTC.</param>
public sealed record VaultLock(bool Compliance, DateTimeOffset Until);

/// <summary>The store can't be reached, is full, or answers with a passing error. Worth a retry.</summary>
public sealed class VaultUnavailableException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>The store does not do what evidence needs of it; nothing may be sealed there.</summary>
public sealed class VaultBrokenPromiseException(string message) : Exception(message);

/// <summary>The store doesn't have this version: an alarm for a master, while a rendition can be made again.</summary>
public sealed class VaultObjectMissingException(string message) : Exception(message);

/// <summary>The store keeps this version: its lock has not run out.</summary>
/// <param name="message">Which version, and until when.</param>
/// <param name="until">When its lock ends, UTC; null when the store would not say.</param>
public sealed class VaultLockedException(string message, DateTimeOffset? until) : Exception(message)
{
    public DateTimeOffset? Until { get; } = until;
}

/// <summary>An upload can't be completed any more; its parts have to be sent again under a new one.</summary>
public sealed class VaultUploadLostException(string message) : Exception(message);

/// <summary>The credentials of one user of the store.</summary>
public sealed record VaultKeys(string AccessKey, string SecretKey)
{
    // Records print their members, and logs print records.
    public override string ToString() => AccessKey;
}

/// <summary>Where the vault is and how long it keeps.</summary>
public sealed class VaultOptions
{
    public required Uri Endpoint { get; init; }

    public required string AccessKey { get; init; }

    public required string SecretKey { get; init; }

    /// <summary>The user that may delete what no lock holds any more. Without it nothing is ever deleted.</summary>
    public VaultKeys? Disposal { get; init; }

    /// <summary>Masters, with Object Lock.</summary>
    public string Bucket { get; init; } = "evidence";

    /// <summary>Renditions: they can be made again, so they aren't locked.</summary>
    public string RenditionBucket { get; init; } = "evidence-renditions";

    public string Region { get; init; } = "us-east-1";

    /// <summary>How long a master is locked from sealing on, in days, until retention classes say more.</summary>
    public int RetentionDays { get; init; } = 3650;

    /// <summary>
    /// How long one attempt of a call may take, and how long a transfer may stand still. A full Ceph store answers nothing
    /// at all, so without it every write would wait for ever.
    /// </summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a call is tried before the vault counts as unavailable; a transfer's reads are not repeated.</summary>
    public int Attempts { get; init; } = 3;
}
