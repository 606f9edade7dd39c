namespace EvidenceIngest.Recorders.Discovery;

/// <summary>Serial numbers that chip makers ship as placeholders say nothing about which recorder it is.</summary>
internal static class UsbSerial
{
    private const int FewestCharacters = 4;

    private static readonly string[] Placeholders =
        ["0123456789ABCDEF", "123456789ABCDEF", "1234567890ABCDEF", "0123456789", "1234567890", "123456789", "12345678", "ABCDEF", "demo", "none"];

    public static bool IsTrustworthy(string? serial)
    {
        var text = serial?.Trim() ?? "";
        return text.Length >= FewestCharacters
            && text.Distinct().Count() > 1
            && text.TrimStart('0').Length >= 2 // 000000000001
            && !Placeholders.Contains(text, StringComparer.OrdinalIgnoreCase);
    }
}
