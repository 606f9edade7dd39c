using EvidenceIngest.Recorders.Discovery;

namespace EvidenceIngest.Recorders.Profiles;

/// <summary>One condition of a profile's first stage, held against what stands in a port.</summary>
/// <param name="Field">Of match.</param>
/// <param name="Wanted">By the profile.</param>
/// <param name="Found">At the device.</param>
/// <param name="Holds">Whether they fit.</param>
public sealed record MatchCondition(string Field, string Wanted, string Found, bool Holds)
{
    /// <summary>Every condition that the profile states; all must hold.</summary>
    internal static IReadOnlyList<MatchCondition> Of(ProfileMatch match, UsbAttachment usb)
    {
        var any = new ProfileMatch("usb", [], null, null, false, 0);
        var conditions = new List<MatchCondition> { new("attachment", match.Attachment, "usb", match.Attachment == "usb") };
        if (match.UsbIds.Count > 0)
        {
            conditions.Add(new MatchCondition(
                "usbIds", string.Join(", ", match.UsbIds.Select(i => $"{i.Vendor:x4}:{i.Product:x4}")), $"{usb.VendorId:x4}:{usb.ProductId:x4}",
                (any with { UsbIds = match.UsbIds }).Accepts(usb)));
        }

        if (match.InterfaceClass is { } wanted)
        {
            conditions.Add(new MatchCondition(
                "interface", wanted, string.Join(", ", usb.InterfaceClasses.Select(c => $"{c.Class:x2}/{c.Subclass:x2}/{c.Protocol:x2}")),
                (any with { InterfaceClass = wanted }).Accepts(usb)));
        }

        if (match.Strings is { } strings)
        {
            conditions.Add(new MatchCondition(
                "strings", strings.ToString(), $"{usb.Manufacturer} {usb.Product}", (any with { Strings = strings }).Accepts(usb)));
        }

        return conditions;
    }
}
