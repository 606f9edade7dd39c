using EvidenceIngest.Server.Pipeline;

namespace EvidenceIngest.Server.Fixity;

/// <param name="PeriodDays">Everything is read again within so many days.</param>
/// <param name="Vaults">The first, and the second where there is one.</param>
/// <param name="OpenFindings">How many of each kind; kinds without one are left out.</param>
/// <param name="Trouble">What does not go as it should on the server that answers: a vault's name, copying, orders or audit.</param>
public sealed record FixityStatus(
    double PeriodDays, IReadOnlyList<FixityVaultStatus> Vaults, IReadOnlyDictionary<FindingKind, int> OpenFindings, IReadOnlyDictionary<string, string> Trouble);

/// <param name="Vault">first or second.</param>
/// <param name="Trust">Whether it has passed the probe.</param>
/// <param name="Pass">The pass under way, or the last one; null before the first.</param>
/// <param name="LastFullPassAt">When the last whole pass ended.</param>
/// <param name="ListedAt">When the listing was last compared to its end.</param>
/// <param name="ListedVersions">Versions in it.</param>
/// <param name="NeededMiBPerSecond">What the pass has to read from now on to end in time; 0 when none is under way.</param>
/// <param name="LimitMiBPerSecond">What it may read; null for no limit.</param>
/// <param name="Late">Why the period can't be kept; null when it can.</param>
/// <param name="Uncopied">Masters that the second vault hasn't got yet; null for the first.</param>
public sealed record FixityVaultStatus(
    string Vault, VaultTrustState Trust, FixityPassView? Pass, DateTimeOffset? LastFullPassAt, DateTimeOffset? ListedAt, long? ListedVersions,
    double NeededMiBPerSecond, double? LimitMiBPerSecond, string? Late, long? Uncopied);

/// <param name="Number">From 1.</param>
/// <param name="BeganAt">UTC.</param>
/// <param name="EndedAt">Null while it is under way.</param>
/// <param name="Hurried">At full rate, because a person wants it.</param>
/// <param name="Objects">Read so far.</param>
/// <param name="TotalObjects">To read.</param>
/// <param name="Bytes">Read so far.</param>
/// <param name="TotalBytes">To read.</param>
/// <param name="Wrong">Of those read, not as the catalogue says.</param>
public sealed record FixityPassView(
    int Number, DateTimeOffset BeganAt, DateTimeOffset? EndedAt, bool Hurried, long Objects, long TotalObjects, long Bytes, long TotalBytes, long Wrong);

/// <param name="Finding">Its number.</param>
/// <param name="Vault">first or second.</param>
/// <param name="Kind">What is wrong.</param>
/// <param name="What">What the object is.</param>
/// <param name="Bucket">Where it lies.</param>
/// <param name="Key">Where it lies.</param>
/// <param name="VersionId">Where it lies.</param>
/// <param name="Item">Whose it is; null when nobody knows.</param>
/// <param name="File">Number of the file in the item, from 1; null for strangers.</param>
/// <param name="Found">What was there instead.</param>
/// <param name="FirstSeenAt">UTC.</param>
/// <param name="LastSeenAt">UTC.</param>
/// <param name="ResolvedAt">Null while it is open.</param>
/// <param name="ResolvedBy">The server whose check found the object right, or a person.</param>
/// <param name="Resolution">How it ended.</param>
/// <param name="RestoreOrderedBy">Who wants the other vault's copy in its place.</param>
/// <param name="RestoreTrouble">Why that could not be done yet.</param>
public sealed record FixityFindingView(
    long Finding, string Vault, FindingKind Kind, AuditedWhat What, string Bucket, string Key, string VersionId, string? Item, int? File, string Found,
    DateTimeOffset FirstSeenAt, DateTimeOffset LastSeenAt, DateTimeOffset? ResolvedAt, string? ResolvedBy, string? Resolution,
    string? RestoreOrderedBy, string? RestoreTrouble);

/// <param name="Findings">The newest first.</param>
/// <param name="Next">Cursor of the next page; null on the last.</param>
public sealed record FixityFindingPage(IReadOnlyList<FixityFindingView> Findings, string? Next);

/// <param name="Why">Enters the item's chain; up to 1000 characters.</param>
public sealed record FindingDecision(string Why);
