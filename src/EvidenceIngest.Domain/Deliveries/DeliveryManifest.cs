using System.Security.Cryptography;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Domain.Deliveries;

/// <summary>
/// What a dock says about one recording before it sends its bytes: where it came from, what it holds, what happened to it
/// on the dock. One delivery becomes one evidence item.
/// </summary>
/// <param name="OffloadId">The dock's own id of the docking session.</param>
/// <param name="Recorder">The recorder and how it was recognised.</param>
/// <param name="Clock">The recorder's clock against trusted time, measured at docking.</param>
/// <param name="Recording">What the names on the card say about the recording.</param>
/// <param name="Files">The master files in playing order; at least one.</param>
/// <param name="Events">The custody events that happened on the dock, oldest first.</param>
public sealed record DeliveryManifest(
    string OffloadId,
    RecorderFacts Recorder,
    ClockReading Clock,
    RecordingFacts Recording,
    IReadOnlyList<ManifestFile> Files,
    IReadOnlyList<DockEvent> Events)
{
    /// <summary>
    /// Derived from the recorder and the files' places and content alone: the same recording offloaded twice, by a restarted
    /// dock or another one, is the same delivery and gets the same receipt. Lower-case hexadecimal, 64 characters.
    /// </summary>
    public string DeliveryId()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // JSON strings have unambiguous borders, so no two lists of names can run together to the same bytes.
        hash.AppendData(EvidenceJson.ToBytes(
            new[] { Recorder.RecorderId }.Concat(Files.SelectMany(f => new[] { f.RecorderPath, f.Digest.Sha256 }))));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <param name="RecorderId">Stable identity: what recorders are assigned to officers by.</param>
/// <param name="Profile">Name of the hardware profile that recognised it.</param>
/// <param name="Model">Maker and model as far as known.</param>
/// <param name="Bay">Port path, or the folder's place.</param>
/// <param name="Attachment">How it came to the dock.</param>
/// <param name="Holder">Whom the recorder's own settings name, where it was asked.</param>
public sealed record RecorderFacts(
    string RecorderId, string Profile, string? Model, string Bay, AttachmentKind Attachment, RecorderHolder? Holder = null);

/// <summary>What somebody once wrote into the recorder: weaker than an assignment, and often years old.</summary>
/// <param name="OfficerNumber">警号</param>
/// <param name="OfficerName">姓名</param>
/// <param name="UnitNumber">单位编号</param>
/// <param name="UnitName">单位名称</param>
public sealed record RecorderHolder(string? OfficerNumber, string? OfficerName, string? UnitNumber, string? UnitName);

/// <summary>How a recorder came to the dock.</summary>
public enum AttachmentKind
{
    /// <summary>Plugged into a bay; whose it is must be known from its assignment.</summary>
    Usb,

    /// <summary>A folder or card that an operator named: that person declared it to be a recorder.</summary>
    Operator,
}

/// <param name="Kind">By the profile's table of file name endings; the server's inspection has the last word.</param>
/// <param name="RecorderTime">Start as the recorder's clock had it, local time of the agency without zone, or null.</param>
/// <param name="TimeSource">Where <paramref name="RecorderTime"/> comes from.</param>
/// <param name="OfficerNumber">警号, as the file name has it.</param>
/// <param name="DeviceNumber">The recorder's own number, as the file name has it.</param>
/// <param name="KeyMarked">The officer pressed the recorder's key-mark button.</param>
/// <param name="Method">制作方法 as the profile words it, e.g. 执法记录仪录制.</param>
/// <param name="Findings">What the dock noticed; each is kept on the item.</param>
/// <param name="Sidecar">Set for a file that accompanies a recording without being one.</param>
public sealed record RecordingFacts(
    MediaKind Kind,
    DateTime? RecorderTime,
    MetadataSource TimeSource,
    string? OfficerNumber,
    string? DeviceNumber,
    bool KeyMarked,
    string? Method,
    IReadOnlyList<Finding> Findings,
    SidecarFacts? Sidecar = null);

/// <param name="Role">What it is.</param>
/// <param name="Of">Path on the recorder of the file that it accompanies; null for one that stands alone, such as a daily log.</param>
public sealed record SidecarFacts(SidecarRole Role, string? Of);

/// <param name="RecorderPath">
/// Path on the recorder with '/' between folders. Bytes that are no valid UTF-8 and control characters are written as %XX
/// (and '%' as %25), so that every name is distinct and printable.
/// </param>
/// <param name="Bytes">Length in bytes.</param>
/// <param name="Digest">Taken while copying and confirmed by reading the staged copy again.</param>
/// <param name="ModifiedAt">The file system's time, read as the agency's local time, UTC here; null when it has none.</param>
public sealed record ManifestFile(string RecorderPath, long Bytes, ContentDigest Digest, DateTimeOffset? ModifiedAt);

/// <summary>Something that happened on the dock and belongs into the item's custody chain.</summary>
/// <param name="At">UTC, the dock's clock.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Detail">Facts, as short text; English, machine-made.</param>
public sealed record DockEvent(DateTimeOffset At, Custody.CustodyEventKind Kind, string Detail);

/// <summary>Recorder clock minus trusted time.</summary>
/// <param name="Offset">Null when the driver can't read this recorder's clock.</param>
/// <param name="MeasuredAt">UTC.</param>
/// <param name="Note">How it was measured, or why it is unknown.</param>
public sealed record ClockReading(TimeSpan? Offset, DateTimeOffset MeasuredAt, string Note)
{
    /// <summary>The recorder's local time corrected by the offset where it is known.</summary>
    public DateTime Correct(DateTime recorderTime) => recorderTime - (Offset ?? TimeSpan.Zero);
}
