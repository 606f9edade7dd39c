using System.Globalization;
using EvidenceIngest.Recorders.Discovery;

namespace EvidenceIngest.Recorders.Profiles;

/// <summary>First stage of identification: what an attachment's descriptors alone say. Nothing is sent to the device.</summary>
internal static class FirstStage
{
    public static bool Accepts(this ProfileMatch match, RecorderAttachment attachment) => attachment switch
    {
        FolderAttachment => match.Attachment == "folder",
        UsbAttachment usb => match is { Attachment: "usb", Unknown: false }
            && match.AcceptsId(usb)
            && (match.InterfaceClass is not { } wanted || usb.InterfaceClasses.Any(c => IsClass(c, wanted)))
            && (match.Strings?.IsMatch($"{usb.Manufacturer} {usb.Product}") ?? true),
        _ => false,
    };

    private static bool AcceptsId(this ProfileMatch match, UsbAttachment usb) =>
        (match.UsbIds.Count == 0 && match.UsbIdRanges.Count == 0)
        || match.UsbIds.Contains(new UsbId(usb.VendorId, usb.ProductId))
        || match.UsbIdRanges.Any(range => range.Contains(usb.VendorId, usb.ProductId));

    private static bool IsClass(UsbInterfaceClass offered, string wanted) => string
        .Create(CultureInfo.InvariantCulture, $"{offered.Class:x2}/{offered.Subclass:x2}/{offered.Protocol:x2}")
        .StartsWith(wanted, StringComparison.Ordinal);
}
