namespace EvidenceIngest.Server.Disposal;

/// <param name="Items">Ids of items whose term is over, at most 500.</param>
/// <param name="Why">Enters every item's chain and the signed list.</param>
public sealed record DisposalRequest(IReadOnlyList<string> Items, string Why);

/// <param name="Why">Enters every item's chain.</param>
public sealed record DisposalWord(string Why);

/// <param name="Item">Which.</param>
/// <param name="SealedAt">UTC.</param>
/// <param name="RetainUntil">When its term ended, UTC.</param>
public sealed record ExpiredItem(string Item, DateTimeOffset SealedAt, DateTimeOffset RetainUntil);

/// <param name="Disposal">Its id.</param>
/// <param name="State">Proposed, Rejected, Confirmed or Done.</param>
/// <param name="Why">Why it was proposed.</param>
/// <param name="ProposedAt">UTC.</param>
/// <param name="ProposedBy">Who.</param>
/// <param name="ProposedRole">As what.</param>
/// <param name="DecidedAt">UTC; null while nobody has.</param>
/// <param name="DecidedBy">Another person.</param>
/// <param name="DecidedRole">In another role.</param>
/// <param name="Decision">With these words.</param>
/// <param name="Items">What became of each.</param>
/// <param name="Trouble">Why it does not go on; null when it does.</param>
public sealed record DisposalView(
    string Disposal, DisposalState State, string Why, DateTimeOffset ProposedAt, string ProposedBy, string ProposedRole, DateTimeOffset? DecidedAt,
    string? DecidedBy, string? DecidedRole, string? Decision, IReadOnlyList<DisposalItemView> Items, string? Trouble);

/// <param name="Item">Which.</param>
/// <param name="DisposedAt">When its media were gone, UTC.</param>
/// <param name="Kept">Why it was kept after all.</param>
public sealed record DisposalItemView(string Item, DateTimeOffset? DisposedAt, string? Kept);
