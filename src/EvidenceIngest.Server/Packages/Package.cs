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
}
