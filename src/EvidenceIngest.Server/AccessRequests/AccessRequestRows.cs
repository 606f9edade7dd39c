using EvidenceIngest.Server.Pipeline;

namespace EvidenceIngest.Server.AccessRequests;

public enum AccessState
{
    /// <summary>待审批</summary>
    Entered,

    /// <summary>同意</summary>
    Agreed,

    /// <summary>同意，须先作遮蔽处理</summary>
    AgreedWithRedaction,

    /// <summary>不予同意</summary>
    Refused,

    /// <summary>Taken back; what was opened is shut.</summary>
    Withdrawn,
}

/// <summary>What the one who asks is in the matter.</summary>
public enum Standing
{
    /// <summary>当事人</summary>
    Party,

    /// <summary>代理人</summary>
    Agent,

    /// <summary>律师</summary>
    Lawyer,

    /// <summary>其他机关</summary>
    OtherAgency,
}

/// <summary>By what they proved who they are.</summary>
public enum IdentityDocument
{
    /// <summary>居民身份证</summary>
    IdentityCard,

    /// <summary>护照、通行证</summary>
    Passport,

    /// <summary>律师执业证</summary>
    LawyerLicence,

    /// <summary>公函、工作证件</summary>
    OfficialLetter,
}

public enum AccessForm
{
    /// <summary>By a link that expires.</summary>
    Link,

    /// <summary>到场查看: on a screen of the agency.</summary>
    AtAgency,
}

public enum CopyState
{
    /// <summary>To be made; the note says what it waits for, if for anything but its turn.</summary>
    Waiting,

    /// <summary>May be looked at.</summary>
    Ready,

    /// <summary>Can't be made; the note says why. Opening again tries again.</summary>
    Failed,
}

/// <summary>查阅申请 (article 30): entered by a custodian, decided by a head.</summary>
internal sealed class AccessRequest
{
    public required string Id { get; init; }

    public AccessState State { get; set; }

    public required string PartyName { get; init; }

    public required Standing Standing { get; init; }

    public required IdentityDocument DocumentKind { get; init; }

    /// <summary>Its last four characters.</summary>
    public required string DocumentTail { get; init; }

    public required string Reason { get; init; }

    public required AccessForm Form { get; init; }

    /// <summary>Whose items were named; null for single items.</summary>
    public string? CaseNumber { get; init; }

    /// <summary>In the agency's zone.</summary>
    public required DateOnly ReceivedOn { get; init; }

    public required int TermDays { get; init; }

    public required DateTimeOffset DueAt { get; set; }

    public bool CalendarMissing { get; set; }

    public required DateTimeOffset EnteredAt { get; init; }

    public required string EnteredBy { get; init; }

    public required string EnteredRole { get; init; }

    public DateTimeOffset? DecidedAt { get; set; }

    public string? DecidedBy { get; set; }

    public string? DecidedRole { get; set; }

    public string? DecisionWhy { get; set; }

    public string? Ground { get; set; }

    public string? Consent { get; set; }

    public DateTimeOffset? OpenedAt { get; set; }

    public string? OpenedBy { get; set; }

    public DateTimeOffset? WithdrawnAt { get; set; }

    public string? WithdrawnBy { get; set; }

    public string? WithdrawnWhy { get; set; }

    public bool IsAgreed => State is AccessState.Agreed or AccessState.AgreedWithRedaction;
}

internal sealed class AccessRequestItem
{
    public required string RequestId { get; init; }

    public required string ItemId { get; init; }
}

/// <summary>What is shown of one item for one request.</summary>
internal sealed class AccessCopy : IRenditionOrder
{
    /// <summary>Renditions of that name are shown through their request alone: other links and packages refuse them.</summary>
    public const string Prefix = "access-";

    public required string RequestId { get; init; }

    public required string ItemId { get; init; }

    public CopyState State { get; set; }

    public string? Note { get; set; }

    public int Attempts { get; set; }

    public required DateTimeOffset DueAt { get; set; }

    public required string Bucket { get; init; }

    public required string Key { get; init; }

    public string? Rendition { get; set; }

    public bool Watermarked { get; set; }

    public DateTimeOffset? ReadyAt { get; set; }

    public string Name => Prefix + RequestId;
}

/// <summary>Whoever has the URL may look until it expires, so often; the token's hash alone is kept.</summary>
internal sealed class AccessLink
{
    public required byte[] TokenHash { get; init; }

    public required string RequestId { get; init; }

    public required string ItemId { get; init; }

    public required string MadeBy { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required int MostOpenings { get; init; }

    public int Openings { get; set; }
}

internal sealed class AccessLook
{
    public required byte[] TokenHash { get; init; }

    public required string Address { get; init; }

    public required DateTimeOffset BeganAt { get; set; }

    public required DateTimeOffset SeenAt { get; set; }
}
