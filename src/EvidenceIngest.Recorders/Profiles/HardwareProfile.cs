using System.Collections.Frozen;
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
    /// <summary>How far each statement can be trusted, and where it comes from.</summary>
    public IReadOnlyList<ProfileFact> Facts { get; init; } = [];

    /// <summary>The inferred statement for which nothing is written to such a device, or null.</summary>
    public string? ReadOnlyBecause => ProfileFactsParser.InferredDecision(Facts);

    /// <summary>Recognised and refused: Chinese, for the officer, what to do instead. Null for everything that can be read.</summary>
    public string? Refusal { get; init; }

    /// <summary>Files in a folder of one of these names, however deep, are key-marked.</summary>
    public IReadOnlyList<string> KeyFolders { get; init; } = [];

    /// <summary>File name ending (lower case, without dot) of companions to what it is.</summary>
    public IReadOnlyDictionary<string, SidecarRole> Sidecars { get; init; } = FrozenDictionary<string, SidecarRole>.Empty;

    /// <summary>What is said to the device before its files can be read, for people; empty for most.</summary>
    public IReadOnlyList<DialoguePart> DialogueOutline { get; init; } = [];

    /// <summary>Its files show only after a maker's Windows library was called.</summary>
    public bool NeedsWindows { get; init; }

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

    /// <summary>Beside <see cref="UsbIds"/>: whole ranges of products.</summary>
    public IReadOnlyList<UsbIdRange> UsbIdRanges { get; init; } = [];

    /// <summary>Nobody knows what its descriptors look like: it matches nothing until a site's copy of the profile says so.</summary>
    public bool Unknown { get; init; }

    /// <summary>It speaks of certain devices, not of everything with an interface of some class.</summary>
    public bool NamesDevices => UsbIds.Count > 0 || UsbIdRanges.Count > 0 || Strings is not null;
}

public readonly record struct UsbId(ushort Vendor, ushort Product)
{
    public override string ToString() => $"{Vendor:x4}:{Product:x4}";
}

/// <param name="Vendor">One vendor.</param>
/// <param name="First">Lowest product.</param>
/// <param name="Last">Highest product, included.</param>
public readonly record struct UsbIdRange(ushort Vendor, ushort First, ushort Last)
{
    public bool Contains(ushort vendor, ushort product) => vendor == Vendor && product >= First && product <= Last;

    public override string ToString() => $"{Vendor:x4}:{First:x4}-{Last:x4}";
}

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

/// <summary>
/// A file name pattern with named groups, all optional: dev, police, ts, seq, imp, no (recording number) and ch (chapter).
/// </summary>
/// <param name="Pattern">Matched on the last path element.</param>
/// <param name="TimeFormat">.NET format of the group ts.</param>
public sealed record NameGrammar(Regex Pattern, string? TimeFormat)
{
    /// <summary>Must match the name of the folder that holds the file; may have groups that <see cref="Pattern"/> hasn't.</summary>
    public Regex? Folder { get; init; }

    /// <summary>The group ts tells a day only.</summary>
    public bool DateOnly { get; init; }

    /// <summary>Zone of the group ts; null is the agency's.</summary>
    public TimeZoneInfo? Zone { get; init; }
}

/// <summary>One stage of a profile's dialogue.</summary>
/// <param name="Name">probe, info, unlock, clock.read or clock.set; channel for what comes before all steps.</param>
/// <param name="Steps">In order, each as its YAML on one line.</param>
public sealed record DialoguePart(string Name, IReadOnlyList<string> Steps);
