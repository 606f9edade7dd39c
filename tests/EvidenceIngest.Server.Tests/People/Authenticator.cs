using System.Globalization;
using System.Security.Cryptography;

namespace EvidenceIngest.Server.Tests.People;

/// <summary>What the app on an officer's phone computes.</summary>
internal static class Authenticator
{
    /// <summary>RFC 6238 by its text: HMAC-SHA-1 over the number of half minutes since 1970, six digits.</summary>
    public static string Code(string base32, int halfMinutesAhead)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var bits = string.Concat(base32.Select(c => Convert.ToString(Alphabet.IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        var key = Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2)).ToArray();
        var counter = BitConverter.GetBytes(DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 30 + halfMinutesAhead);
        Array.Reverse(counter);
#pragma warning disable CA5350 // What authenticators compute.
        var hash = HMACSHA1.HashData(key, counter);
#pragma warning restore CA5350
        var offset = hash[^1] & 0xF;
        var number = ((hash[offset] & 0x7F) << 24) | (hash[offset + 1] << 16) | (hash[offset + 2] << 8) | hash[offset + 3];
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }
}
