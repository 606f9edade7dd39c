using EvidenceIngest.Domain.Deadlines;
using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Server.AccessRequests;

/// <param name="Party">Who asks.</param>
/// <param name="Reason">Why, at most 500 characters; enters the chains.</param>
/// <param name="Items">1 to 100 items; null when a case is named.</param>
/// <param name="Case">All items that belong to it now, at most 100; null when items are named.</param>
/// <param name="Form">Link or AtAgency.</param>
/// <param name="ReceivedOn">The day on which it came in, in the agency's zone; null: today.</param>
public sealed record AccessRequestEntry(
    AccessParty Party, string Reason, IReadOnlyList<string>? Items = null, string? Case = null, AccessForm Form = AccessForm.Link, DateOnly? ReceivedOn = null);

/// <param name="Name">At most 100 characters; stands in the watermark.</param>
/// <param name="Standing">Party, Agent, Lawyer or OtherAgency.</param>
/// <param name="Document">What was checked: IdentityCard, Passport, LawyerLicence or OfficialLetter.</param>
/// <param name="DocumentTail">Its last four letters or digits, never more.</param>
public sealed record AccessParty(string Name, Standing Standing, IdentityDocument Document, string DocumentTail);

/// <param name="Decision">Agreed, AgreedWithRedaction or Refused.</param>
/// <param name="Why">Enters the chains; at most 500 characters.</param>
/// <param name="Ground">The law and article that demand or allow a refusal; needed for one, and for nothing else.</param>
/// <param name="Consent">Who of those concerned consented in writing, and where that paper is; needed to agree without redaction to what holds trade secrets or privacy.</param>
public sealed record AccessDecision(AccessState Decision, string Why, string? Ground = null, string? Consent = null);

/// <param name="Why">Enters the chains.</param>
public sealed record AccessWord(string Why);

/// <param name="Item">One of the request's.</param>
/// <param name="Minutes">How long it works; null: as long as the site allows, which is the most.</param>
public sealed record AccessLinkRequest(string Item, int? Minutes = null);

/// <param name="Url">Absolute; shown once.</param>
/// <param name="ExpiresAt">UTC.</param>
/// <param name="Openings">How often it may be opened.</param>
/// <param name="Watermarked">False for sound, which can't carry one.</param>
public sealed record AccessLinkAnswer(string Url, DateTimeOffset ExpiresAt, int Openings, bool Watermarked);

/// <param name="Request">Its id.</param>
/// <param name="State">Entered, Agreed, AgreedWithRedaction, Refused or Withdrawn.</param>
/// <param name="Party">Who asks.</param>
/// <param name="Reason">Why.</param>
/// <param name="Form">Link or AtAgency.</param>
/// <param name="Case">Whose items were named; null for single items.</param>
/// <param name="ReceivedOn">In the agency's zone.</param>
/// <param name="DueAt">Until when it is to be decided, with the agency's offset.</param>
/// <param name="CalendarMissing">That is an estimate: the working-day calendar lacks a year.</param>
/// <param name="DueDays">How it is counted, day by day.</param>
/// <param name="Overdue">Not decided in time, or not yet and it has passed.</param>
/// <param name="EnteredAt">UTC.</param>
/// <param name="EnteredBy">Who.</param>
/// <param name="Decision">Null while nobody has.</param>
/// <param name="OpenedAt">UTC; null until access was opened.</param>
/// <param name="OpenedBy">Who opened it.</param>
/// <param name="WithdrawnAt">UTC.</param>
/// <param name="WithdrawnBy">Who.</param>
/// <param name="WithdrawnWhy">Why.</param>
/// <param name="Items">What it is about.</param>
/// <param name="Links">That were made, newest first.</param>
/// <param name="WaitsFor">What has to happen next, a line each for people, Chinese and English; empty when nothing has.</param>
public sealed record AccessRequestView(
    string Request, AccessState State, AccessParty Party, string Reason, AccessForm Form, string? Case, DateOnly ReceivedOn, DateTimeOffset DueAt, bool CalendarMissing,
    IReadOnlyList<DeadlineDay> DueDays, bool Overdue, DateTimeOffset EnteredAt, string EnteredBy, AccessDecisionView? Decision, DateTimeOffset? OpenedAt, string? OpenedBy,
    DateTimeOffset? WithdrawnAt, string? WithdrawnBy, string? WithdrawnWhy, IReadOnlyList<AccessItemView> Items, IReadOnlyList<AccessLinkView> Links, IReadOnlyList<string> WaitsFor);

/// <param name="At">UTC.</param>
/// <param name="By">Another person than the one who entered it.</param>
/// <param name="Why">With these words.</param>
/// <param name="Ground">The law's, of a refusal.</param>
/// <param name="Consent">Of those concerned.</param>
public sealed record AccessDecisionView(DateTimeOffset At, string By, string Why, string? Ground, string? Consent);

/// <param name="Item">Which.</param>
/// <param name="Kind">Video, Audio, Photo or Other.</param>
/// <param name="Secrecy">What the law protects in it, now.</param>
/// <param name="Copy">Null until access was opened.</param>
public sealed record AccessItemView(string Item, MediaKind Kind, Secrecy Secrecy, AccessCopyView? Copy);

/// <param name="State">Waiting, Ready or Failed.</param>
/// <param name="Note">What it waits for, or why it failed.</param>
/// <param name="Rendition">What is shown; its recipe and digest stand with the item. Null until it is ready.</param>
/// <param name="Watermarked">False for sound, which can't carry one.</param>
/// <param name="ReadyAt">UTC.</param>
public sealed record AccessCopyView(CopyState State, string? Note, string? Rendition, bool Watermarked, DateTimeOffset? ReadyAt);

/// <param name="Item">To which.</param>
/// <param name="MadeAt">UTC.</param>
/// <param name="MadeBy">Who.</param>
/// <param name="ExpiresAt">UTC.</param>
/// <param name="Openings">How often it was opened.</param>
/// <param name="MostOpenings">How often it may be.</param>
public sealed record AccessLinkView(string Item, DateTimeOffset MadeAt, string MadeBy, DateTimeOffset ExpiresAt, int Openings, int MostOpenings);

/// <param name="Pending">Requests that nobody has decided.</param>
/// <param name="Overdue">Of these, past their deadline: an alarm.</param>
/// <param name="Failed">Items of open requests that can't be shown.</param>
public sealed record AccessStatus(int Pending, int Overdue, int Failed);
