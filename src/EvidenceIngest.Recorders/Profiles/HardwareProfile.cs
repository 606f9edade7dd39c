using System.Text.RegularExpressions;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Recorders.Profiles.Dialogue;

namespace EvidenceIngest.Recorders.Profiles;

/// <summary>
/// What is known about a family of recorders, loaded from one YAML file of <c>hardware-profiles/</c>. A new model is a new
/// file, never new code.
/// </summary>
/// <param name="Name">File name without ending; unique.</param>
/// <param name="Title">中文 title for people.</param>
/// <param name="Driver">Name of the driver that speaks to it.</param>
/// <param name="Match">First stage of identification.</param>
/// <param name="Model">What to call the model when the device doesn't say.</param>
/// <param name="Method">制作方法 for what it records, by kind.</param>
/// <param name="Identity">Which sources tell one recorder from another, best first.</param>
/// <param name="Names">File name grammars in order; the first that matches wins.</param>
/// <param name="Kinds">File name ending (lower case, without dot) to kind.</param>
/// <param name="Ignore">Paths that are no footage (file system clutter, index files); matched case-insensitively on the printable path.</param>
/// <param name="ChapterJoin">
/// Files with consecutive numbers belong to one recording when the next starts within this time of the previous one's last
/// write; null when this family doesn't split recordings.
/// </param>
/// <param name="ClearAllowed">Whether footage may be deleted from it at all; inferred profiles never may.</param>
public sealed record HardwareProfile(
    string Name,
    string Title,
    string Driver,
    ProfileMatch Match,
    string? Model,
    IReadOnlyDictionary<MediaKind, string> Method,
    IReadOnlyList<IdentitySource> Identity,
    IReadOnlyList<NameGrammar> Names,
    IReadOnlyDictionary<string, MediaKind> Kinds,
    IReadOnlyList<Regex> Ignore,
    TimeSpan? ChapterJoin,
    bool ClearAllowed)
{
    /// <summary>Where the facts come from, for people.</summary>
    public string? Source { get; init; }

    /// <summary>What is said to it before its files can be read; null for what simply shows its files.</summary>
    public DeviceDialogue? Dialogue { get; init; }

    /// <summary>How long the device may take from its arrival until its files can be read.</summary>
    public TimeSpan ReadyWithin { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>First stage: what must be true of the attachment. All given conditions hold; a higher priority wins.</summary>
/// <param name="Attachment">usb or folder.</param>
/// <param name="UsbIds">Any of these vendor:product ids; empty for any.</param>
/// <param name="InterfaceClass">
/// An interface of this class, subclass and protocol, e.g. 08/06/50; the later ones may be left out: 08/06 is any transport.
/// </param>
/// <param name="Strings">Pattern on "manufacturer product", or null.</param>
/// <param name="Names">At least one file name must match one of the profile's grammars.</param>
/// <param name="Priority">Higher is tried first; specific before generic.</param>
public sealed record ProfileMatch(
    string Attachment,
    IReadOnlyList<UsbId> UsbIds,
    string? InterfaceClass,
    Regex? Strings,
    bool Names,
    int Priority)
{
    /// <summary>A folder of one of these names at the root stands in for a matching file name: an emptied card still is a recorder's.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];
}

public readonly record struct UsbId(ushort Vendor, ushort Product);

public enum IdentitySource
{
    /// <summary>VID:PID and USB serial number.</summary>
    UsbSerial,

    /// <summary>The device number, when all names that have one agree.</summary>
    FileNames,

    /// <summary>The volume's id (FAT serial number, exFAT serial, UUID).</summary>
    Volume,

    /// <summary>The folder's absolute path.</summary>
    Path,
}

/// <summary>A file name pattern with the named groups dev, police, ts, seq and imp, all optional.</summary>
/// <param name="Pattern">Matched on the last path element; with a match time-out.</param>
/// <param name="TimeFormat">.NET format of the group ts.</param>
public sealed record NameGrammar(Regex Pattern, string? TimeFormat);
