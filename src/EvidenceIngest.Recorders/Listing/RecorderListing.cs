using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Recorders.Listing;

/// <summary>Everything that a recorder holds and that its profile doesn't ignore.</summary>
/// <param name="RecorderId">
/// The identity that the profile's order of sources gave (USB serial, device number in the names, volume, path).
/// </param>
/// <param name="Recordings">Files that belong together, oldest first.</param>
/// <param name="Strangers">Files that are no recording by the profile: they are kept too, in quarantine.</param>
/// <param name="Findings">What concerns the whole recorder, e.g. missing sequence numbers.</param>
public sealed record RecorderListing(
    string RecorderId,
    IReadOnlyList<Recording> Recordings,
    IReadOnlyList<RecorderFile> Strangers,
    IReadOnlyList<Finding> Findings)
{
    /// <summary>Companions of recordings. They are kept as the recordings are, but are none themselves.</summary>
    public IReadOnlyList<Sidecar> Sidecars { get; init; } = [];

    /// <summary>Everything that must be safe before the recorder may leave.</summary>
    public IEnumerable<RecorderFile> AllFiles => Recordings.SelectMany(r => r.Files).Concat(Sidecars.Select(s => s.File)).Concat(Strangers);
}

/// <summary>A file that belongs to a recording without being one.</summary>
/// <param name="File">The companion.</param>
/// <param name="Role">What it is, by its ending.</param>
/// <param name="Of">
/// The recording's file that it accompanies, or null for one that stands alone, such as a device's daily log. With
/// <see cref="SidecarRole.Md5"/>, whoever copies both can compare what the recorder thought of the file with what was read.
/// </param>
public sealed record Sidecar(RecorderFile File, SidecarRole Role, RecorderFile? Of);

/// <summary>One recording: its chapters in playing order and what their names tell.</summary>
/// <param name="Kind">By the file name's ending.</param>
/// <param name="Files">At least one.</param>
/// <param name="Start">Recorder-local start time of the first chapter, or null.</param>
/// <param name="TimeSource">Where <paramref name="Start"/> comes from.</param>
/// <param name="OfficerNumber">警号 from the name, or null.</param>
/// <param name="DeviceNumber">Device number from the name, or null.</param>
/// <param name="KeyMarked">Any chapter carries the key mark.</param>
/// <param name="Findings">Gaps, unusual names, implausible times.</param>
public sealed record Recording(
    MediaKind Kind,
    IReadOnlyList<RecorderFile> Files,
    DateTime? Start,
    MetadataSource TimeSource,
    string? OfficerNumber,
    string? DeviceNumber,
    bool KeyMarked,
    IReadOnlyList<Finding> Findings);

/// <summary>A file on a recorder.</summary>
/// <param name="Path">Printable, distinct path, '/' between folders, as in <c>ManifestFile.RecorderPath</c>.</param>
/// <param name="RawPath">The path's bytes as the file system has them, relative to the recorder's root.</param>
/// <param name="Bytes">Length at listing.</param>
/// <param name="ModifiedAt">Modification time, UTC; null when the file system has none.</param>
public sealed record RecorderFile(string Path, ReadOnlyMemory<byte> RawPath, long Bytes, DateTimeOffset? ModifiedAt);
