using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Fixity;

/// <summary>A version in a vault, and what the catalogue says of it.</summary>
/// <param name="What">Master, copy or rendition.</param>
/// <param name="ItemId">Whose.</param>
/// <param name="Position">Of the master, from 0; 0 for renditions.</param>
/// <param name="Name">Of the rendition; empty for masters.</param>
/// <param name="Version">Where it lies.</param>
/// <param name="Bytes">Length in bytes.</param>
/// <param name="Digest">As sealed or made.</param>
/// <param name="LockedUntil">Null for renditions, which aren't locked.</param>
internal sealed record AuditedObject(
    AuditedWhat What, string ItemId, int Position, string Name, VaultVersion Version, long Bytes, ContentDigest Digest, DateTimeOffset? LockedUntil)
{
    /// <summary>As events name it.</summary>
    public string Words => What == AuditedWhat.Rendition ? $"rendition {Name}" : $"file {Position + 1}";
}

/// <summary>As the database answers; <see cref="Objects"/> has the queries.</summary>
internal sealed record AuditedRow(
    string What, string ItemId, int Position, string Name, string Bucket, string Key, string VersionId, long Bytes, string Sha256, string? Sm3,
    DateTimeOffset? LockedUntil, DateTimeOffset? AuditedAt)
{
    public AuditedObject ToObject() => new(
        Enum.Parse<AuditedWhat>(What), ItemId, Position, Name, new VaultVersion(Bucket, Key, VersionId), Bytes, new ContentDigest(Sha256, Sm3), LockedUntil);
}

/// <summary>
/// What should lie in the vaults. Everything that asks this asks here: items that were disposed of are left out
/// in these three places and nowhere else.
/// </summary>
internal static class Objects
{
    private const string Masters =
        """
        select 'Master' as "What", f.item_id as "ItemId", f.position as "Position", '' as "Name", f.bucket as "Bucket", f.key as "Key",
               f.version_id as "VersionId", f.bytes as "Bytes", f.sha256 as "Sha256", f.sm3 as "Sm3", f.locked_until as "LockedUntil",
               f.audited_at as "AuditedAt"
        from master_files f join items i on i.id = f.item_id and i.state <> 'Disposed' where f.version_id is not null
        """;

    private const string Copies =
        """
        select 'Copy' as "What", c.item_id as "ItemId", c.position as "Position", '' as "Name", c.bucket as "Bucket", c.key as "Key",
               c.version_id as "VersionId", f.bytes as "Bytes", f.sha256 as "Sha256", f.sm3 as "Sm3", c.locked_until as "LockedUntil",
               c.audited_at as "AuditedAt"
        from master_copies c join master_files f using (item_id, position) join items i on i.id = c.item_id and i.state <> 'Disposed' where c.version_id is not null and c.set_aside is null
        """;

    private const string Renditions =
        """
        select 'Rendition' as "What", f.item_id as "ItemId", 0 as "Position", f.name as "Name", f.bucket as "Bucket", f.key as "Key",
               f.version_id as "VersionId", f.bytes as "Bytes", f.sha256 as "Sha256", f.sm3 as "Sm3", null::timestamptz as "LockedUntil",
               f.audited_at as "AuditedAt"
        from renditions f join items i on i.id = f.item_id and i.state <> 'Disposed' where true
        """;

    /// <summary>{0} is when the pass began, {1} how many are wanted; the longest unread come first.</summary>
    public static string Due(string vault) => vault == VaultSet.FirstName
        ? $"""
           select * from (
               ({Masters} and (f.audited_at is null or f.audited_at < @p0) order by f.audited_at nulls first limit @p1)
               union all
               ({Renditions} and (f.audited_at is null or f.audited_at < @p0) and f.made_at < @p0 order by f.audited_at nulls first limit @p1)
           ) due order by "AuditedAt" nulls first, "ItemId", "Position" limit @p1
           """
        : $"""{Copies} and (c.audited_at is null or c.audited_at < @p0) order by c.audited_at nulls first limit @p1""";

    /// <summary>Of a bucket (@p0), behind a key (@p1) in the order of bytes, so many (@p2).</summary>
    public static string Expected(string vault)
    {
        const string Behind = """ and f.bucket = @p0 and f.key collate "C" > @p1 order by f.key collate "C" limit @p2""";
        return vault == VaultSet.FirstName
            ? $"""select * from (({Masters}{Behind}) union all ({Renditions}{Behind})) known order by "Key" collate "C" limit @p2"""
            : $"""{Copies} and c.bucket = @p0 and c.key collate "C" > @p1 order by c.key collate "C" limit @p2""";
    }

    /// <summary>One file's version that counts at the moment: item @p0, position @p1.</summary>
    public static string Current(AuditedWhat what) => what == AuditedWhat.Copy
        ? Copies + " and c.item_id = @p0 and c.position = @p1"
        : Masters + " and f.item_id = @p0 and f.position = @p1";

    /// <summary>All masters, or all copies, of item @p0.</summary>
    public static string OfItem(AuditedWhat what) => what == AuditedWhat.Copy ? Copies + " and c.item_id = @p0" : Masters + " and f.item_id = @p0";

    /// <summary>Masters that the second vault hasn't got, without those that are damaged in the first; @p0 is how many.</summary>
    public static string Uncopied =>
        Masters +
        """
         and f.copied_at is null and not exists (
            select 1 from fixity_findings n where n.resolved_at is null and n.vault = 'first' and n.version_id = f.version_id and n.key = f.key
            and n.bucket = f.bucket and n.kind in ('Missing', 'Truncated', 'Altered', 'Unreadable'))
        order by f.item_id, f.position limit @p0
        """;

    /// <summary>Copies whose lock ends before the master's; "LockedUntil" is the master's. @p0 is how many.</summary>
    public static string ShorterLocked =>
        Copies.Replace("c.locked_until as", "f.locked_until as", StringComparison.Ordinal) + " and c.locked_until < f.locked_until limit @p0";

    /// <summary>How much a pass has to read that begins at @p0.</summary>
    public static string Total(string vault)
    {
        var all = vault == VaultSet.FirstName ? $"{Masters} union all {Renditions} and f.made_at < @p0" : Copies;
        return $"""select count(*) as "Objects", coalesce(sum("Bytes"), 0)::bigint as "Bytes" from ({all}) held where "AuditedAt" is null or "AuditedAt" < @p0""";
    }
}

/// <param name="Objects">How many.</param>
/// <param name="Bytes">Together.</param>
internal sealed record ObjectTotal(long Objects, long Bytes);
