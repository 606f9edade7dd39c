using System.Globalization;
using System.Text;
using EvidenceIngest.Recorders.Cards;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Listing;

namespace EvidenceIngest.Recorders.Tests.Listing;

/// <summary>A card's entries without a card; times are the agency's, as an officer would read them.</summary>
internal sealed class Card
{
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.FromHours(8));

    private readonly List<CardEntry> _entries = [];

    public Card With(string path, string? modified = "2026-07-30 12:00:00", long bytes = 1, CardEntryKind kind = CardEntryKind.File)
    {
        _entries.Add(new CardEntry(
            Encoding.UTF8.GetBytes(path), kind, bytes,
            modified is null ? null : new DateTimeOffset(
                DateTime.Parse(modified, CultureInfo.InvariantCulture), TimeSpan.FromHours(8)).ToUniversalTime(),
            kind == CardEntryKind.Unreadable ? "EIO" : null));
        return this;
    }

    public RecorderListing Read(string profile = "dsj-msc", RecorderAttachment? attachment = null, string? volumeId = null) =>
        Read(Support.Recorders.Profile(profile), attachment, volumeId);

    public RecorderListing Read(Recorders.Profiles.HardwareProfile profile, RecorderAttachment? attachment = null, string? volumeId = null) =>
        new CardReader(Support.Recorders.Shanghai, new At(Now)).Read(profile, attachment ?? Usb(), volumeId, [], _entries);

    public static UsbAttachment Usb(
        string? serial = null, ushort vendor = 0x46f4, ushort product = 1, byte subclass = 6, string port = "1-2.3") => new(
        new BayId("usb:" + port), vendor, product, "QEMU", "QEMU USB HARDDRIVE", serial, [new UsbInterfaceClass(8, subclass, 0x50)], null);

    private sealed class At(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now.ToUniversalTime();
    }
}
