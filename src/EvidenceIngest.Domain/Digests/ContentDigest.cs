using System.Buffers;

namespace EvidenceIngest.Domain.Digests;

/// <summary>
/// What identifies content: SHA-256 always, SM3 (GB/T 32905) where the machine's libcrypto has it.
/// Both are lower-case hexadecimal, 64 characters.
/// </summary>
public sealed record ContentDigest
{
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    /// <exception cref="FormatException">A value is not 64 lower-case hexadecimal characters.</exception>
    public ContentDigest(string sha256, string? sm3 = null)
    {
        Sha256 = Checked(sha256);
        Sm3 = sm3 is null ? null : Checked(sm3);
    }

    public string Sha256 { get; }

    public string? Sm3 { get; }

    /// <summary>True when SHA-256 agrees and SM3 does not disagree: a side that couldn't compute SM3 doesn't contradict.</summary>
    public bool Matches(ContentDigest other) =>
        Sha256 == other.Sha256 && (Sm3 is null || other.Sm3 is null || Sm3 == other.Sm3);

    private static string Checked(string hex) =>
        hex.Length == 64 && !hex.AsSpan().ContainsAnyExcept(LowerHex)
            ? hex
            : throw new FormatException($"'{hex}' is not a digest of 64 lower-case hexadecimal characters");
}
