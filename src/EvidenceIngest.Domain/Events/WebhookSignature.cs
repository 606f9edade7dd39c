using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace EvidenceIngest.Domain.Events;

/// <summary>
/// <c>Evidence-Signature: t=UNIXSECONDS,v1=HEX</c>, where HEX is HMAC-SHA256 over <c>UNIXSECONDS + "." + body</c> with the
/// webhook's secret, as text, for a key. The time is that of sending, so that an old request can't be played back for long.
/// </summary>
public static class WebhookSignature
{
    public const string Header = "Evidence-Signature";

    public static string Make(string secret, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var seconds = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"t={seconds},v1={Convert.ToHexStringLower(Hmac(secret, seconds, body))}";
    }

    /// <summary>As a receiver checks it.</summary>
    /// <param name="secret">Shown when the webhook was registered.</param>
    /// <param name="header">What came.</param>
    /// <param name="body">The bytes that came, before anything parses them.</param>
    /// <param name="now">The receiver's clock.</param>
    /// <param name="tolerance">How far the two clocks and the way may differ; five minutes are usual.</param>
    public static bool IsRight(string secret, string? header, ReadOnlySpan<byte> body, DateTimeOffset now, TimeSpan tolerance)
    {
        var parts = (header ?? "").Split(',').Select(p => p.Split('=', 2)).Where(p => p.Length == 2).ToLookup(p => p[0], p => p[1], StringComparer.Ordinal);
        if (parts["t"].FirstOrDefault() is not { } seconds || parts["v1"].FirstOrDefault() is not { } hex
            || !long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var sent) || hex.Length != 64)
            return false;
        var age = now.ToUnixTimeSeconds() - sent;
        return Math.Abs(age) <= tolerance.TotalSeconds
            && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Hmac(secret, seconds, body))), Encoding.ASCII.GetBytes(hex));
    }

    private static byte[] Hmac(string secret, string seconds, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(Encoding.ASCII.GetBytes(seconds + "."));
        hmac.AppendData(body);
        return hmac.GetHashAndReset();
    }
}
