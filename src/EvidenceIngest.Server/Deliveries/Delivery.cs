using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Deliveries;

/// <summary>What a dock announced, and how far it is.</summary>
internal sealed class Delivery
{
    public required string Id { get; init; }

    public required string ItemId { get; init; }

    /// <summary>The dock that announced it first.</summary>
    public required string DockId { get; init; }

    public DeliveryState State { get; set; }

    public string? Reason { get; set; }

    public required int PartBytes { get; init; }

    /// <summary>As announced first; a later announcement of the same delivery may differ in its events only.</summary>
    public required byte[] Manifest { get; init; }

    public required DateTimeOffset AnnouncedAt { get; init; }

    public required DateTimeOffset ChangedAt { get; set; }
}

/// <summary>A dock that announced the delivery and may therefore go on with it.</summary>
internal sealed class DeliveryDock
{
    public required string DeliveryId { get; init; }

    public required string DockId { get; init; }
}

/// <summary>原始文件: announced first, then sealed in a version that is locked.</summary>
internal sealed class MasterFile
{
    public required string ItemId { get; init; }

    /// <summary>Index into the manifest's files, from 0.</summary>
    public required int Position { get; init; }

    public required string RecorderId { get; init; }

    public required string RecorderPath { get; init; }

    public required long Bytes { get; init; }

    public required string Sha256 { get; init; }

    public string? Sm3 { get; init; }

    public DateTimeOffset? ModifiedAt { get; init; }

    public string? Bucket { get; set; }

    public string? Key { get; set; }

    public string? VersionId { get; set; }

    public DateTimeOffset? LockedUntil { get; set; }

    /// <summary>When the version was last read back and found right.</summary>
    public DateTimeOffset? VerifiedAt { get; set; }

    /// <summary>When the fixity audit, or sealing, last looked at it, whatever came of it.</summary>
    public DateTimeOffset? AuditedAt { get; set; }

    /// <summary>Since when the second vault has it too.</summary>
    public DateTimeOffset? CopiedAt { get; set; }

    public ContentDigest Digest => new(Sha256, Sm3);
}

/// <summary>An object in the vault that was begun for a file.</summary>
internal sealed class Upload
{
    public required string ItemId { get; init; }

    public required int Position { get; init; }

    /// <summary>From 1; the highest one counts.</summary>
    public required int Attempt { get; init; }

    public required string Bucket { get; init; }

    public required string Key { get; init; }

    /// <summary>The vault's id of the multipart upload; null for an empty file, which has no parts.</summary>
    public string? UploadId { get; init; }

    /// <summary>What had arrived when the dock said that it was done; completing again after a crash needs it.</summary>
    public IReadOnlyList<StoredPart>? Parts { get; set; }

    /// <summary>Once completed. It is not proven yet by being here.</summary>
    public string? VersionId { get; set; }

    /// <summary>Why this object doesn't count any more.</summary>
    public string? SetAside { get; set; }

    public VaultObject Target => new(Bucket, Key);
}
