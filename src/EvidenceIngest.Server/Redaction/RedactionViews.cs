using EvidenceIngest.Domain.Redaction;

namespace EvidenceIngest.Server.Redaction;

/// <param name="Plan">What is hidden, and when; kept as it was sent.</param>
/// <param name="Why">Enters the chain.</param>
public sealed record RedactionRequest(RedactionPlan Plan, string Why);

/// <param name="Verdict">Released or Rejected.</param>
/// <param name="Why">What was looked at; enters the chain.</param>
public sealed record RedactionVerdict(RedactionState Verdict, string Why);

/// <param name="Redaction">Its number within the item, from 1.</param>
/// <param name="State">Ordered, ToReview, Released, Rejected or Failed.</param>
/// <param name="Note">What it waits for, why it failed, or what to know of it.</param>
/// <param name="Why">As ordered.</param>
/// <param name="OrderedBy">Who ordered it, and can't release it.</param>
/// <param name="OrderedAt">UTC.</param>
/// <param name="PlanSha256">Of the plan as it was sent; the recipe has it, too.</param>
/// <param name="Rendition">Name for links, once it is released; null until it is made.</param>
/// <param name="TextRendition">Its words, with marks for what is hidden; null where the plan names no transcript.</param>
/// <param name="MadeAt">UTC.</param>
/// <param name="Review">Null until somebody reviewed it.</param>
public sealed record RedactionView(
    int Redaction, RedactionState State, string? Note, string Why, string OrderedBy, DateTimeOffset OrderedAt, string PlanSha256, string? Rendition, string? TextRendition,
    DateTimeOffset? MadeAt, RedactionReviewView? Review);

/// <param name="By">Another person than the one who ordered it.</param>
/// <param name="At">UTC.</param>
/// <param name="Why">With these words.</param>
public sealed record RedactionReviewView(string By, DateTimeOffset At, string Why);

/// <param name="Order">How far it is.</param>
/// <param name="Plan">What it hides.</param>
/// <param name="Record">The plan's exact bytes, base64.</param>
public sealed record RedactionDetail(RedactionView Order, RedactionPlan Plan, byte[] Record);
