namespace EvidenceIngest.Server.Fixity;

/// <summary>One reading of everything that a vault held when it began. One of a vault's passes at most is not over.</summary>
internal sealed class FixityPass
{
    public required string Vault { get; init; }

    /// <summary>From 1, per vault.</summary>
    public required int Number { get; init; }

    public required DateTimeOffset BeganAt { get; init; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>A person wants it at full rate instead of spread over the period.</summary>
    public bool Hurried { get; set; }

    public required long TotalObjects { get; init; }

    public required long TotalBytes { get; init; }

    public long Objects { get; set; }

    public long Bytes { get; set; }

    /// <summary>Objects that were not as the catalogue says.</summary>
    public long Wrong { get; set; }
}

/// <summary>The newest comparison of a vault's listing with the catalogue.</summary>
internal sealed class FixityListing
{
    public required string Vault { get; init; }

    public required DateTimeOffset BeganAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Versions that were listed.</summary>
    public long Objects { get; set; }
}

/// <summary>A master in the second vault. It is an intention until it has a version.</summary>
internal sealed class ReplicatedMaster
{
    public required string ItemId { get; init; }

    public required int Position { get; init; }

    /// <summary>From 1; a damaged copy is set aside and gets a successor.</summary>
    public required int Attempt { get; init; }

    public required string Bucket { get; init; }

    public required string Key { get; init; }

    public string? VersionId { get; set; }

    public DateTimeOffset? LockedUntil { get; set; }

    public DateTimeOffset? CopiedAt { get; set; }

    /// <summary>Why this version doesn't count any more.</summary>
    public string? SetAside { get; set; }

    public DateTimeOffset? VerifiedAt { get; set; }

    public DateTimeOffset? AuditedAt { get; set; }
}

/// <summary>What can be wrong with an object.</summary>
public enum FindingKind
{
    /// <summary>丢失: the vault doesn't have the version.</summary>
    Missing,

    /// <summary>截断: it is shorter than it was sealed.</summary>
    Truncated,

    /// <summary>内容改变: its digest is another one.</summary>
    Altered,

    /// <summary>无法读取: the vault answers, but again and again not for this object.</summary>
    Unreadable,

    /// <summary>来历不明: it lies in the vault and nobody knows it.</summary>
    Untracked,

    /// <summary>锁定不足: no lock, not COMPLIANCE, or shorter than the catalogue says.</summary>
    LockWeak,
}

/// <summary>What an object is to us.</summary>
public enum AuditedWhat
{
    /// <summary>原始文件</summary>
    Master,

    /// <summary>第二保管库副本: a master in the second vault.</summary>
    Copy,

    /// <summary>衍生件</summary>
    Rendition,

    /// <summary>Nothing that the catalogue knows.</summary>
    Unknown,
}

/// <summary>Something that is wrong with a version, from when it was seen first until a check or a person ends it.</summary>
internal sealed class FixityFinding
{
    public long Id { get; init; }

    public required string Vault { get; init; }

    public required FindingKind Kind { get; init; }

    public required AuditedWhat What { get; init; }

    public required string Bucket { get; init; }

    public required string Key { get; init; }

    public required string VersionId { get; init; }

    /// <summary>Null when nobody knows what it belongs to.</summary>
    public string? ItemId { get; init; }

    public int? Position { get; init; }

    /// <summary>What was there instead.</summary>
    public required string Found { get; set; }

    public required DateTimeOffset FirstSeenAt { get; init; }

    public required DateTimeOffset LastSeenAt { get; set; }

    public DateTimeOffset? ResolvedAt { get; set; }

    public string? ResolvedBy { get; set; }

    public string? Resolution { get; set; }

    /// <summary>A person ended it: the same state of the same version is not found again.</summary>
    public bool ByPerson { get; set; }

    public DateTimeOffset? RestoreOrderedAt { get; set; }

    public string? RestoreOrderedBy { get; set; }

    public DateTimeOffset? RestoreTriedAt { get; set; }

    /// <summary>Why the order could not be carried out yet.</summary>
    public string? RestoreTrouble { get; set; }

    public void End(DateTimeOffset now, string by, string how) => (ResolvedAt, ResolvedBy, Resolution) = (now, by, how);
}
