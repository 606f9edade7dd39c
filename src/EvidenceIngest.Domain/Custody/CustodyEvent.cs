namespace EvidenceIngest.Domain.Custody;

/// <summary>What can happen to an item; every arrow of the data flow is one of these.</summary>
public enum CustodyEventKind
{
    /// <summary>The recorder was recognised in a bay.</summary>
    Docked,

    /// <summary>The recorder's clock was compared with trusted time.</summary>
    ClockMeasured,

    /// <summary>A file was copied into staging and verified by reading it again.</summary>
    Offloaded,

    /// <summary>A copy was interrupted and went on from its last verified chunk.</summary>
    Resumed,

    /// <summary>A copy or an upload did not prove right and was done again.</summary>
    Repeated,

    /// <summary>The dock announced the recording to the server.</summary>
    Announced,

    /// <summary>All bytes arrived in the vault.</summary>
    Delivered,

    /// <summary>Read back, compared, locked, lock read back.</summary>
    Sealed,

    /// <summary>The read-back differed.</summary>
    FixityMismatch,

    /// <summary>A receipt was issued.</summary>
    Receipted,

    /// <summary>Kept, but not accepted.</summary>
    Quarantined,

    /// <summary>Taken out of quarantine.</summary>
    Accepted,

    /// <summary>The media's facts were read.</summary>
    Inspected,

    /// <summary>A derived file was made.</summary>
    Rendered,

    /// <summary>A derived file could not be made.</summary>
    RenderFailed,

    /// <summary>A mandatory or other field changed.</summary>
    MetadataChanged,

    /// <summary>The recorder was assigned to an officer.</summary>
    RecorderAssigned,

    /// <summary>The recorder's own copy was deleted against a receipt.</summary>
    Cleared,

    /// <summary>The recorder's own copy was kept, with the reason.</summary>
    ClearingRefused,

    /// <summary>The recorder's clock was set to trusted time, after its offset had been kept.</summary>
    ClockSet,

    /// <summary>The recorder's clock was to be set and wasn't.</summary>
    ClockNotSet,

    /// <summary>The registry's word about the recorder changed: an alarm, or a person's decision.</summary>
    RecorderStateChanged,

    /// <summary>The recorder may be taken.</summary>
    Released,

    /// <summary>A link to a rendition was made.</summary>
    LinkMade,

    /// <summary>A rendition was looked at through a link.</summary>
    Viewed,

    /// <summary>The item went into an evidence package.</summary>
    Exported,

    /// <summary>Somebody fetched the item's media from an evidence package.</summary>
    Downloaded,

    /// <summary>Service: somebody was given a token, with its role.</summary>
    TokenIssued,

    /// <summary>Service: a token was taken back.</summary>
    TokenRevoked,

    /// <summary>Service: a request without the right to it was refused.</summary>
    AccessRefused,

    /// <summary>Service: a dock was invited to enrol.</summary>
    DockInvited,

    /// <summary>Service: a dock enrolled.</summary>
    DockEnrolled,

    /// <summary>Service: a server started with other settings than before.</summary>
    ConfigurationChanged,

    /// <summary>Service: a retention class was made or lengthened.</summary>
    RetentionClassChanged,

    /// <summary>Service: a matter was made or changed.</summary>
    MatterChanged,

    /// <summary>Service: a case was made or changed.</summary>
    CaseChanged,

    /// <summary>Service: the package of a closed case was made, with nothing missing.</summary>
    CaseFileMade,

    /// <summary>The item was linked to a case.</summary>
    CaseLinked,

    /// <summary>The item was taken off a case.</summary>
    CaseUnlinked,

    /// <summary>How long the item is kept changed; never to less.</summary>
    RetentionChanged,

    /// <summary>The vault's locks were extended and read back.</summary>
    LockExtended,

    /// <summary>A legal hold was placed.</summary>
    HoldPlaced,

    /// <summary>A legal hold was released, by another person.</summary>
    HoldReleased,

    /// <summary>Disposal was proposed.</summary>
    DisposalProposed,

    /// <summary>A disposal was refused or taken back.</summary>
    DisposalRejected,

    /// <summary>Disposal was confirmed, by another person in another role.</summary>
    DisposalConfirmed,

    /// <summary>The media were deleted after expiry; metadata, digests and chain stay.</summary>
    Disposed,

    /// <summary>A pass of the fixity audit has read all files of the item again.</summary>
    FixityChecked,

    /// <summary>The fixity audit found an object of the item that is not as it was sealed.</summary>
    FixityFailed,

    /// <summary>A finding of the fixity audit ended: a later check found the object right, or a person decided.</summary>
    FixityResolved,

    /// <summary>A file was copied into the second vault, or found there.</summary>
    Replicated,

    /// <summary>A damaged file was replaced by the other vault's copy; the damaged version stays.</summary>
    Restored,

    /// <summary>A transcript was written or corrected: a new version, not confirmed.</summary>
    TranscriptChanged,

    /// <summary>A person vouched for the transcript's last version.</summary>
    TranscriptConfirmed,

    /// <summary>Somebody logged in.</summary>
    LoggedIn,

    /// <summary>Somebody tried to log in and was not let in.</summary>
    LogInFailed,

    /// <summary>A session was ended by its owner.</summary>
    LoggedOut,

    /// <summary>Somebody got an account.</summary>
    AccountMade,

    /// <summary>An account's unit, officer number or use changed.</summary>
    AccountChanged,

    /// <summary>A password was changed by its owner or reset.</summary>
    PasswordChanged,

    /// <summary>A second factor was set up or taken away.</summary>
    SecondFactorChanged,

    /// <summary>Somebody was given a role.</summary>
    RoleGranted,

    /// <summary>A second person confirmed that.</summary>
    RoleConfirmed,

    /// <summary>A role was taken back.</summary>
    RoleRevoked,

    /// <summary>A unit was made, renamed or moved.</summary>
    UnitChanged,

    /// <summary>An item or a dock came under another unit.</summary>
    UnitGiven,

    /// <summary>A yearly notice of holidays and make-up days was imported.</summary>
    CalendarImported,

    /// <summary>A storage deadline was counted anew, and moved.</summary>
    DeadlineChanged,

    /// <summary>The register, or what was found in it, was handed out as a file.</summary>
    RegisterExported,

    /// <summary>Service: an address was registered that is told events.</summary>
    WebhookRegistered,

    /// <summary>Service: an address is told no events any more.</summary>
    WebhookRemoved,

    /// <summary>Service: recordings that a case's matter demands are missing, or no longer.</summary>
    CaseFootageLooked,

    /// <summary>Service: a recorder was handed out to an officer.</summary>
    RecorderIssued,

    /// <summary>Service: a recorder came back.</summary>
    RecorderReturned,

    /// <summary>Service: a recorder is out so long that what it holds would soon be late.</summary>
    RecorderOverdue,

    /// <summary>A person said what a recording shows of the scene (article 12).</summary>
    SceneReviewed,

    /// <summary>A person said why an item came after its storage deadline.</summary>
    LatenessExplained,

    /// <summary>The item's level of secrecy was raised, or lowered by a head.</summary>
    SecrecyChanged,

    /// <summary>Somebody outside asked to look at the item (article 30).</summary>
    AccessRequested,

    /// <summary>A head agreed to that, with or without redaction, or refused it.</summary>
    AccessDecided,

    /// <summary>Access that was agreed to was opened: watermarked copies were ordered.</summary>
    AccessOpened,

    /// <summary>The request was taken back; what was opened is shut.</summary>
    AccessWithdrawn,

    /// <summary>Service: what case files are judged by changed.</summary>
    ReviewCriterionChanged,

    /// <summary>Service: a random sample of closed cases was drawn.</summary>
    ReviewDrawn,

    /// <summary>Service: a drawn case was given points.</summary>
    CaseReviewed,

    /// <summary>Service: an agency said what it corrected.</summary>
    ReviewCorrected,

    /// <summary>Service: a supervisor closed a corrected finding, or sent it back.</summary>
    ReviewJudged,

    /// <summary>Somebody was told of a duty that has a deadline. Service: where it is about no single item.</summary>
    ReminderTold,

    /// <summary>The deadline that somebody had been told moved. Service: where it is about no single item.</summary>
    ReminderRecounted,

    /// <summary>Service: an edition of the yearly figures was fixed.</summary>
    YearlyFiguresMade,

    /// <summary>Service: a case was handed out for the provincial platform.</summary>
    CaseExchanged,

    /// <summary>Service: somebody looked for recordings by words or properties.</summary>
    Searched,

    /// <summary>A person said in which language an item is spoken.</summary>
    LanguageChosen,

    /// <summary>An engine could not write down what an item says.</summary>
    TranscriptionFailed,

    /// <summary>A clip or a still was ordered; by whom and why.</summary>
    ExcerptOrdered,

    /// <summary>A redacted copy was ordered; by whom, by which plan and why.</summary>
    RedactionOrdered,

    /// <summary>Another person looked at a redacted copy and released it.</summary>
    RedactionReleased,

    /// <summary>Another person looked at a redacted copy and rejected it.</summary>
    RedactionRejected,
}

/// <summary>One fact in an item's custody chain, as it is hashed.</summary>
/// <param name="ItemId">The chain it belongs to: an item's id, or <c>service</c>.</param>
/// <param name="Sequence">From 1, without gaps.</param>
/// <param name="At">UTC; when it happened, which for a dock's event is before it was recorded.</param>
/// <param name="Actor">Who did it: <c>dock:ID</c>, <c>server:NAME</c>, <c>operator:NAME</c>.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Detail">Facts: digests, ids, reasons.</param>
/// <param name="PreviousHash">Hash of the event before it; 64 zeros for the first.</param>
public sealed record CustodyEvent(
    string ItemId,
    int Sequence,
    DateTimeOffset At,
    string Actor,
    CustodyEventKind Kind,
    string Detail,
    string PreviousHash);
