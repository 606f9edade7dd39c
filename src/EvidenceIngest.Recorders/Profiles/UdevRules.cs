using System.Globalization;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Profiles.Dialogue;

namespace EvidenceIngest.Recorders.Profiles;

/// <summary>
/// udev rules, see udev(7), with which a dock that isn't root may open the devices of its profiles, and no others. Everything
/// in them comes from parsed numbers, never from a profile's texts, because root reads them.
/// </summary>
public static class UdevRules
{
    /// <summary>
    /// After the rules that read descriptors and contents (50, 60), before libmtp's probe (69) and the desktop's access for
    /// whoever is logged in (70).
    /// </summary>
    public const string FileName = "68-evidence-dock.rules";

    private const string Mtp = "mtp";

    // A raw literal on one line can't end in one.
    private const char Quote = '"';

    private const string Opening =
        """
        # Made by "evidence-ingest profiles udev" from the hardware profiles; scripts/install-dock makes it anew.
        ACTION=="remove", GOTO="evidence_dock_end"
        SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", GOTO="evidence_dock_match"
        SUBSYSTEM=="block|scsi_generic", SUBSYSTEMS=="usb", GOTO="evidence_dock_match"
        GOTO="evidence_dock_end"

        LABEL="evidence_dock_match"
        ENV{ID_USB_INTERFACES}!="?*", IMPORT{builtin}="usb_id"

        # Chips that wait for new firmware: nothing may be sent to them, by nobody.
        """;

    /// <param name="profiles">All that the dock loads.</param>
    /// <param name="group">The service's group; it must exist when udev reads the rules.</param>
    /// <returns>The file's lines.</returns>
    public static IReadOnlyList<string> Of(IReadOnlyList<HardwareProfile> profiles, string group) =>
    [
        .. Opening.Split('\n'),
        .. BootRom.Ids.SelectMany(Ids).Select(
            id => $$"""{{id}}, ENV{MTP_NO_PROBE}="1", ENV{ID_MM_DEVICE_IGNORE}="1", GOTO="evidence_dock_end{{Quote}}"""),
        .. profiles.OrderBy(p => p.Name, StringComparer.Ordinal).SelectMany(Of),
        .. Closing(group).Split('\n'),
    ];

    private static string Closing(string group) =>
        $$"""

        ENV{EVIDENCE_DOCK}!="1", GOTO="evidence_dock_end"

        # No desktop mounts them or lists their files, no prober talks to them, and whoever is logged in gets no access.
        SUBSYSTEM=="block", ENV{UDISKS_IGNORE}="1"
        SUBSYSTEM=="usb", ENV{MTP_NO_PROBE}="1", ENV{ID_MM_DEVICE_IGNORE}="1"
        SUBSYSTEM=="usb", ENV{ID_MTP_DEVICE}="", ENV{ID_MEDIA_PLAYER}="", ENV{ID_GPHOTO2}=""
        # A recorder that is put to sleep between two questions may lock itself again.
        SUBSYSTEM=="usb", TEST=="power/control", ATTR{power/control}="on"

        # Disks are only read through their nodes; mounting is the service's capability.
        SUBSYSTEM=="block", ENV{{{Access.Disk.Mark}}}=="1", GROUP:="{{group}}", MODE:="0640"
        SUBSYSTEM=="scsi_generic", ENV{{{Access.Commands.Mark}}}=="1", GROUP:="{{group}}", MODE:="0660"
        SUBSYSTEM=="usb", ENV{{{Access.Transfers.Mark}}}=="1", GROUP:="{{group}}", MODE:="0660"

        LABEL="evidence_dock_end"
        """;

    private static List<string> Of(HardwareProfile profile)
    {
        var lines = new List<string> { "", "# " + Printable(profile.Name) };
        foreach (var (match, access) in Needs(profile))
            lines.AddRange(match.Select(m => $$"""{{m}}, ENV{EVIDENCE_DOCK}="1", ENV{{{access.Mark}}}="1{{Quote}}"""));
        if (lines.Count == 2)
            lines.Add("# " + WhyNothing(profile));
        else if (profile.Match.Strings is not null)
            lines.Add("# Its strings are looked at by the dock alone: udev has no such patterns.");
        return lines;
    }

    private static IEnumerable<(List<string> Match, Access Access)> Needs(HardwareProfile profile)
    {
        if (profile.Refusal is not null || profile.NeedsWindows || profile.Match.Attachment != "usb")
            yield break;
        var match = Match(profile.Match.UsbIds, profile.Match.UsbIdRanges, profile.Match.InterfaceClass);
        if (profile.Driver == Mtp || profile.Dialogue?.Transport == DialogueTransport.Usb)
            yield return (match, Access.Transfers);
        // The dock itself asks for the INQUIRY: it must be let to every device that may give the right one.
        if (profile.Dialogue?.Transport == DialogueTransport.Scsi)
            yield return (match, Access.Commands);
        var unlocked = profile.Dialogue?.Unlock.OfType<ReenumerateStep>().ToList() ?? [];
        if (profile.Driver != Mtp && unlocked.Count == 0)
            yield return (match, Access.Disk);
        foreach (var step in unlocked)
            yield return (Match(step.UsbIds, [], step.InterfaceClass), profile.Driver == Mtp ? Access.Transfers : Access.Disk);
    }

    private static string WhyNothing(HardwareProfile profile) => profile switch
    {
        { Refusal: not null } => "Recognised and refused: the dock opens nothing.",
        { NeedsWindows: true } => "Needs Windows.",
        { Match.Attachment: not "usb" } => "Folders, no device of its own.",
        { Match.Unknown: true } => "Nobody knows its ids yet.",
        _ => "Told by its strings alone, which udev can't: the dock may not open it until the profile has usbIds or an interface.",
    };

    /// <summary>Conditions of which any one is enough; none where neither ids nor interface are known.</summary>
    private static List<string> Match(IReadOnlyList<UsbId> ids, IReadOnlyList<UsbIdRange> ranges, string? interfaceClass)
    {
        var shown = interfaceClass is null ? null : $$"""ENV{ID_USB_INTERFACES}=="*:{{SixDigits(interfaceClass)}}:*{{Quote}}""";
        List<string> named = [.. ids.Select(i => new UsbIdRange(i.Vendor, i.Product, i.Product)).Concat(ranges).SelectMany(Ids)];
        if (named.Count == 0)
            return shown is null ? [] : [shown];
        return shown is null ? named : [.. named.Select(id => $"{id}, {shown}")];
    }

    /// <summary>08/06 as udev's list of interfaces has it, any protocol.</summary>
    private static string SixDigits(string interfaceClass) => interfaceClass.Replace("/", "", StringComparison.Ordinal).PadRight(6, '?');

    /// <summary>The hubs above a device are USB devices with ids too, and a condition on parents would find them.</summary>
    private static IEnumerable<string> Ids(UsbIdRange range) => HexGlobs.Covering(range.First, range.Last).Chunk(HexGlobs.Joined).Select(products =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""SUBSYSTEMS=="usb", ATTRS{bDeviceClass}!="09", ATTRS{idVendor}=="{{range.Vendor:x4}}", ATTRS{idProduct}=="{{string.Join('|', products)}}{{Quote}}"""));

    /// <summary>The name of a site's file may hold line ends, and a line is a command to udev.</summary>
    private static string Printable(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_'));

    /// <param name="Mark">Variable that says so during one event; its dot keeps it out of udev's database.</param>
    private readonly record struct Access(string Mark)
    {
        /// <summary>Volumes are probed, then mounted.</summary>
        public static Access Disk => new(".EVIDENCE_DISK");

        /// <summary>SCSI commands beside the file system.</summary>
        public static Access Commands => new(".EVIDENCE_SCSI");

        /// <summary>Transfers through libusb and libmtp.</summary>
        public static Access Transfers => new(".EVIDENCE_USB");
    }
}
