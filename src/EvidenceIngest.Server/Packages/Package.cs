using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Packages;

/// <summary>数据包: what was handed out, to whom and why. The database refuses to change or delete it.</summary>
internal sealed class Package
{
    public required string Id { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    public required string MadeBy { get; init; }

    public required string Why { get; init; }

    public required IReadOnlyList<string> Items { get; init; }
}

/// <summary>Who fetched media of it.</summary>
internal sealed class PackageFetch
{
    public required string PackageId { get; init; }

    public required string ItemId { get; init; }

    public required string Name { get; init; }

    public required DateTimeOffset FetchedAt { get; init; }
}

/// <summary>A file of it: small ones are kept here, media stay in the vault.</summary>
internal sealed class PackageFile
{
    public required string PackageId { get; init; }

    public required string Path { get; init; }

    public required long Bytes { get; init; }

    public required string Sha256 { get; init; }

    public string? Sm3 { get; init; }

    public byte[]? Content { get; init; }

    public string? Bucket { get; init; }

    public string? Key { get; init; }

    public string? VersionId { get; init; }

    public static PackageFile Stored(Package package, string path, long bytes, ContentDigest digest, VaultVersion where) => new()
    {
        PackageId = package.Id, Path = path, Bytes = bytes, Sha256 = digest.Sha256, Sm3 = digest.Sm3,
        Bucket = where.Bucket, Key = where.Key, VersionId = where.VersionId,
    };

    public static PackageFile Small(Package package, string path, byte[] content)
    {
        using var hasher = new ContentHasher(withSm3: true);
        hasher.Append(content);
        var digest = hasher.Finish();
        return new PackageFile
        {
            PackageId = package.Id, Path = path, Bytes = content.Length, Sha256 = digest.Sha256, Sm3 = digest.Sm3, Content = content,
        };
    }
}
