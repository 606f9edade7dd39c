using System.Globalization;
using System.Text.RegularExpressions;

namespace EvidenceIngest.Recorders.Profiles;

internal static partial class ProfileMatchParser
{
    private static readonly string[] Attachments = ["usb", "folder"];

    public static ProfileMatch? Parse(YamlFields? fields)
    {
        if (fields is null)
            return null;
        var attachment = fields.Text("attachment", ProfileParser.Among(Attachments), required: true);
        if (attachment is not null && !Attachments.Contains(attachment))
            fields.Wrong("attachment", $"'{attachment}' is none", ProfileParser.Among(Attachments));
        var interfaceClass = InterfaceClass(fields);
        var ranges = new List<UsbIdRange>();
        var ids = UsbIds(fields, ranges);
        var strings = fields.Text("strings", "a regular expression on \"manufacturer product\"");

        var match = new ProfileMatch(
            attachment ?? "",
            ids,
            interfaceClass,
            strings is null ? null : ProfilePattern.Compile(strings, fields, "strings", ignoreCase: true),
            fields.Flag("names") ?? false,
            fields.Number("priority", 0, 1000) ?? 0)
        {
            Folders = fields.Texts("folders", "names of folders at the root"),
            UsbIdRanges = ranges,
            Unknown = fields.Flag("unknown") ?? false,
        };
        var says = ids.Count + ranges.Count > 0 || interfaceClass is not null || strings is not null;
        if (match.Unknown && says)
            fields.Wrong("unknown", "stands beside what is known", "either unknown: true or usbIds, interface, strings");
        if (attachment == "usb" && !match.Unknown && !says)
            fields.Wrong("attachment", "every USB device would match", "usbIds, interface or strings; unknown: true when nobody knows them");
        if (match is { Folders.Count: > 0, Names: false })
            fields.Wrong("folders", "stand in for a file name", "names: true");
        fields.RefuseOthers();
        return match;
    }

    public static string? InterfaceClass(YamlFields fields)
    {
        var interfaceClass = fields.Text("interface", "class/subclass/protocol such as 08/06/50");
        if (interfaceClass is not null && !InterfacePattern().IsMatch(interfaceClass))
            fields.Wrong("interface", $"'{interfaceClass}' is no interface class", "class/subclass/protocol such as 08/06/50");
        return interfaceClass;
    }

    /// <param name="fields">That have usbIds.</param>
    /// <param name="ranges">Takes vendor:first-last; null where only single ids make sense.</param>
    public static List<UsbId> UsbIds(YamlFields fields, List<UsbIdRange>? ranges = null)
    {
        var ids = new List<UsbId>();
        foreach (var text in fields.Texts("usbIds", "a list of ids such as '070a:4026'"))
        {
            if (UsbIdPattern().IsMatch(text))
                ids.Add(new UsbId(Hex(text[..4]), Hex(text[5..])));
            else if (ranges is not null && UsbIdRangePattern().IsMatch(text) && Hex(text[5..9]) < Hex(text[10..]))
                ranges.Add(new UsbIdRange(Hex(text[..4]), Hex(text[5..9]), Hex(text[10..])));
            else
                fields.Wrong("usbIds", $"'{text}' is no USB id", "vendor:product or vendor:first-last in quotes, four hexadecimal digits each");
        }

        return ids;
    }

    private static ushort Hex(string digits) => ushort.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\A[0-9a-fA-F]{4}:[0-9a-fA-F]{4}\z")]
    private static partial Regex UsbIdPattern();

    [GeneratedRegex(@"\A[0-9a-fA-F]{4}:[0-9a-fA-F]{4}-[0-9a-fA-F]{4}\z")]
    private static partial Regex UsbIdRangePattern();

    [GeneratedRegex(@"\A[0-9a-f]{2}(/[0-9a-f]{2}){0,2}\z")]
    private static partial Regex InterfacePattern();
}
