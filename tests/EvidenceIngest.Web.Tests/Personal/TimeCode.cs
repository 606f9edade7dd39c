using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace EvidenceIngest.Web.Tests.Personal;

/// <summary>What an authenticator shows (RFC 6238).</summary>
internal static class TimeCode
{
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static string Of(string key, DateTimeOffset at)
    {
        var bits = string.Concat(key.Select(c => Convert.ToString(Base32.IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        byte[] secret = [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
        var counter = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, at.ToUnixTimeSeconds() / 30);
#pragma warning disable CA5350 // Authenticators use SHA-1.
        var hash = HMACSHA1.HashData(secret, counter);
#pragma warning restore CA5350
        var code = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 0xF)) & 0x7FFFFFFF;
        return (code % 1_000_000).ToString("000000", CultureInfo.InvariantCulture);
    }
}
