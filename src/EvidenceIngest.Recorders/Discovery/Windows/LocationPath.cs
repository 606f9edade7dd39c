using System.Globalization;

namespace EvidenceIngest.Recorders.Discovery.Windows;

/// <summary>
/// Windows' location paths, such as <c>PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(3)#USB(2)</c>: they name the port, whatever is
/// plugged there, and stay the same until somebody changes the machine.
/// </summary>
internal static class LocationPath
{
    private const int Longest = 400;
    private const int DeepestPort = 7; // tiers that the USB specification allows

    /// <summary>The bay's port, e.g. 0.1400-3.2: the controller, then the ports from its root hub on. Null for root hubs and anything else.</summary>
    public static string? PortOf(string path)
    {
        if (path.Length > Longest)
            return null;
        var elements = path.Split('#').Select(Element).ToList();
        var root = elements.FindIndex(e => e?.Name == "USBROOT");
        if (root < 1 || elements.Any(e => e is null) || !elements[root]!.Value.Argument.All(char.IsAsciiDigit))
            return null;
        // A function of a composite device stands in the device's port.
        var ports = elements.Skip(root + 1).Select(e => e!.Value).TakeWhile(e => e.Name != "USBMI").ToList();
        if (ports.Count is 0 or > DeepestPort || elements.Skip(root + 1 + ports.Count).Count() > 1
            || ports.Any(p => p.Name != "USB" || !byte.TryParse(p.Argument, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0))
        {
            return null;
        }

        var controller = elements.Take(root).Select(e => e!.Value.Name is "PCIROOT" or "PCI" ? e.Value.Argument : e.Value.Name + e.Value.Argument);
        var hub = elements[root]!.Value.Argument is "0" ? "" : "r" + elements[root]!.Value.Argument;
        return $"{string.Join('.', controller).ToLowerInvariant()}{hub}-{string.Join('.', ports.Select(p => byte.Parse(p.Argument, CultureInfo.InvariantCulture)))}";
    }

    /// <summary>The first path that names a port; a device may have one by PCI and one by ACPI.</summary>
    public static string? PortOf(IReadOnlyList<string> paths) =>
        paths.OrderBy(p => !p.StartsWith("PCIROOT(", StringComparison.Ordinal)).Select(PortOf).FirstOrDefault(p => p is not null);

    /// <summary>Texts that follow each other, each with a zero at its end, the last one with two.</summary>
    public static IReadOnlyList<string> Texts(ReadOnlySpan<char> multi)
    {
        var texts = new List<string>();
        while (multi.IndexOf('\0') is var end and > 0)
        {
            texts.Add(multi[..end].ToString());
            multi = multi[(end + 1)..];
        }

        return texts;
    }

    private static (string Name, string Argument)? Element(string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        return open > 0 && text.EndsWith(')') && text[..open].All(char.IsAsciiLetterOrDigit)
            && text[(open + 1)..^1] is { Length: > 0 } argument && argument.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
                ? (text[..open], argument)
                : null;
    }
}
