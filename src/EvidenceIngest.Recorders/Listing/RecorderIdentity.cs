using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Listing;

/// <summary>Which recorder it is, by the first of the profile's sources that has an answer.</summary>
internal static class RecorderIdentity
{
    private const int LongestPlain = 64;

    public static string Of(
        HardwareProfile profile, RecorderAttachment attachment, IEnumerable<NamedFile> files, string? volumeId)
    {
        // What it says when asked is its own number, the same that stands in its file names.
        if ((attachment as UsbAttachment)?.SpokenTo?.Facts.Serial is { } told && UsbSerial.IsTrustworthy(told))
            return "dev-" + Plain(told);
        foreach (var source in profile.Identity)
        {
            var id = source switch
            {
                IdentitySource.UsbSerial => BySerial(attachment as UsbAttachment),
                IdentitySource.FileNames => ByNames(files),
                IdentitySource.Volume => volumeId is null ? null : "vol-" + Plain(volumeId),
                IdentitySource.Path => attachment is FolderAttachment folder ? "path-" + Digest(folder.Path, 12) : null,
                _ => null,
            };
            if (id is not null)
                return id;
        }

        // Nobody can be assigned to it for good, so what it brings waits in quarantine; still, it is never left behind.
        return "unidentified-" + Digest(attachment.Bay.Value, 12);
    }

    private static string? BySerial(UsbAttachment? usb) => usb is not null && UsbSerial.IsTrustworthy(usb.Serial)
        ? string.Create(CultureInfo.InvariantCulture, $"usb-{usb.VendorId:x4}-{usb.ProductId:x4}-{Plain(usb.Serial!.Trim())}")
        : null;

    /// <summary>Only when all names that have a device number agree: a card that wandered between recorders says nothing.</summary>
    private static string? ByNames(IEnumerable<NamedFile> files)
    {
        var devices = files.Select(f => f.Name.Device).OfType<string>().Distinct(StringComparer.Ordinal).Take(2).ToList();
        return devices.Count == 1 ? "dev-" + Plain(devices[0]) : null;
    }

    /// <summary>Ids hold only [A-Za-z0-9._-]; what had to be replaced or cut is told apart by a digest of the whole.</summary>
    private static string Plain(string text)
    {
        var plain = string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '_'));
        return plain == text && text.Length <= LongestPlain
            ? plain
            : $"{plain[..Math.Min(plain.Length, LongestPlain)]}-{Digest(text, 8)}";
    }

    private static string Digest(string text, int characters) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..characters];
}
