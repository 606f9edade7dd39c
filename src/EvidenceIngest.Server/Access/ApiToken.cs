using System.Security.Cryptography;
using System.Text;

namespace EvidenceIngest.Server.Access;

internal enum TokenKind
{
    Dock,
    Operator,
}

/// <summary>What a client proves itself with. The server keeps the hash of a random 256-bit value, never the value.</summary>
internal sealed class ApiToken : IOfUnit
{
    public required Guid Id { get; init; }

    public required byte[] Hash { get; init; }

    public required TokenKind Kind { get; init; }

    /// <summary>Who acts with it, as custody events name them.</summary>
    public required string Name { get; init; }

    public string? DockId { get; init; }

    public required IReadOnlyList<string> Scopes { get; set; }

    /// <summary>Null for docks.</summary>
    public Role? Role { get; init; }

    public string? IssuedBy { get; init; }

    /// <summary>It reaches this unit and all below; null: everything.</summary>
    public string? UnitId { get; init; }

    /// <summary>Networks that it works from, as 10.1.0.0/16; null: any.</summary>
    public IReadOnlyList<string>? Addresses { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }
}

/// <summary>Random secrets that are handed out once and stored as hashes.</summary>
internal static class Secret
{
    private const string Crockford = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>256 random bits, safe in a URL and in a header.</summary>
    public static string NewToken() => System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>100 random bits in a form that people can read out: xxxxx-xxxxx-xxxxx-xxxxx.</summary>
    public static string NewCode() =>
        string.Join('-', RandomNumberGenerator.GetString(Crockford, 20).Chunk(5).Select(group => new string(group)));

    // The values are random and long: a plain hash can't be searched backwards, so no slow one is needed.
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
