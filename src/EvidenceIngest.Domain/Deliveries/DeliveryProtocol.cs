using EvidenceIngest.Domain.Receipts;

namespace EvidenceIngest.Domain.Deliveries;

/*
 * How a dock talks to the server; all below /api/v1, JSON, "Authorization: Bearer <dock token>".
 *
 *   POST docks/enrol                        EnrolmentRequest  -> EnrolmentAnswer            (no token yet)
 *   POST deliveries                         DeliveryManifest  -> DeliveryStatus (201, or 200 when known)
 *                                           409 problem with "alreadySealed": AlreadySealedFile[] when some files were
 *                                           sealed by other deliveries: send a manifest without them
 *   POST deliveries/{id}/grants             GrantRequest      -> GrantAnswer
 *   PUT  <granted url>                      the part's bytes with the Content-MD5 header, to the vault itself
 *   POST deliveries/{id}/complete           (empty)           -> DeliveryStatus
 *   GET  deliveries/{id}?waitSeconds=N      long poll, N at most 30 -> DeliveryStatus
 *   POST deliveries/{id}/events             DockEvent[]       -> 204  (cleared, released …; repeats are recognised)
 *   PUT  docks/me/bays                      BayReport[]       -> 204
 *   GET  docks/me/recorders/{id}/admission  -> RecorderAdmission; asked once a recorder is identified. A server that can't be
 *                                           reached refuses nobody: footage comes first
 *
 * Errors are RFC 9457 problems; 4xx is permanent, 5xx and 429 are worth a retry after Retry-After.
 */

/// <param name="Code">One-time code from <c>evidence-ingest docks invite</c>.</param>
/// <param name="Name">What people call the dock, e.g. 一中队采集站.</param>
/// <param name="TokenSha256">
/// SHA-256 of the bearer token that the dock made and wrote to its disk before asking, lower-case hexadecimal. The token
/// itself is never answered or stored by the server; and when the answer is lost, or either side is killed, the same code
/// with the same token gets the same answer again.
/// </param>
public sealed record EnrolmentRequest(string Code, string Name, string TokenSha256);

/// <param name="DockId">Identity of the dock.</param>
/// <param name="ReceiptPublicKey">PEM; from now on the dock trusts receipts by this key only.</param>
public sealed record EnrolmentAnswer(string DockId, string ReceiptPublicKey);

/// <summary>Where a delivery stands.</summary>
public enum DeliveryState
{
    /// <summary>The server waits for parts.</summary>
    Uploading,

    /// <summary>All bytes are in the vault; the sealing job reads them back.</summary>
    Sealing,

    /// <summary>Locked, read back, receipted.</summary>
    Sealed,

    /// <summary>A file read back differently; its object is kept aside and the dock must send it again.</summary>
    ResendNeeded,
}

/// <param name="DeliveryId">As derived from the manifest.</param>
/// <param name="ItemId">The evidence item's id.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Reason">Why a resend is needed, or why sealing waits; null otherwise.</param>
/// <param name="PartBytes">Size of every part but a file's last, in bytes.</param>
/// <param name="Files">One per manifest file, same order.</param>
/// <param name="Receipt">Present when sealed.</param>
public sealed record DeliveryStatus(
    string DeliveryId,
    string ItemId,
    DeliveryState State,
    string? Reason,
    int PartBytes,
    IReadOnlyList<FileUploadStatus> Files,
    SignedEnvelope? Receipt);

/// <param name="Parts">How many parts the file has; 0 for an empty file, which the server writes itself.</param>
/// <param name="MissingParts">Numbers, from 1, of the parts that the vault doesn't hold yet.</param>
public sealed record FileUploadStatus(int Parts, IReadOnlyList<int> MissingParts);

/// <param name="Parts">At most 64 at a time.</param>
public sealed record GrantRequest(IReadOnlyList<PartToUpload> Parts);

/// <param name="File">Index into the manifest's files, from 0.</param>
/// <param name="Part">Number of the part, from 1.</param>
/// <param name="Bytes">Length of the part.</param>
/// <param name="ContentMd5">Base64; the granted URL takes this body and no other.</param>
public sealed record PartToUpload(int File, int Part, long Bytes, string ContentMd5);

/// <param name="Grants">In the order of the request.</param>
public sealed record GrantAnswer(IReadOnlyList<PartGrant> Grants);

/// <param name="File">Index into the manifest's files.</param>
/// <param name="Part">Number of the part.</param>
/// <param name="Url">Presigned PUT; the Content-MD5 header must be sent with it.</param>
/// <param name="ExpiresAt">UTC; ask again afterwards.</param>
public sealed record PartGrant(int File, int Part, Uri Url, DateTimeOffset ExpiresAt);

/// <summary>A file that another delivery has sealed already.</summary>
/// <param name="File">Index into the refused manifest's files.</param>
/// <param name="ItemId">The item that holds it.</param>
/// <param name="Receipt">That delivery's receipt.</param>
public sealed record AlreadySealedFile(int File, string ItemId, SignedEnvelope Receipt);

/// <summary>What a bay shows; the server keeps the latest for screens and for <c>evidence-ingest bays</c>.</summary>
/// <param name="Bay">Port path or folder.</param>
/// <param name="State">One of the dock's bay states.</param>
/// <param name="Recorder">Recorder id once identified.</param>
/// <param name="Reason">Why it was refused or failed, and what to do; Chinese, for the officer.</param>
/// <param name="FilesDone">Recordings' files that are safe.</param>
/// <param name="FilesTotal">Files on the recorder that belong to recordings.</param>
/// <param name="BytesDone">Bytes offloaded.</param>
/// <param name="BytesTotal">Bytes to offload.</param>
/// <param name="Since">When the state was entered, UTC.</param>
public sealed record BayReport(
    string Bay,
    string State,
    string? Recorder,
    string? Reason,
    int FilesDone,
    int FilesTotal,
    long BytesDone,
    long BytesTotal,
    DateTimeOffset Since);

/// <param name="Accepted">Whether its footage may be offloaded.</param>
/// <param name="Advice">For the officer, when it may not; Chinese.</param>
public sealed record RecorderAdmission(bool Accepted, string? Advice);
